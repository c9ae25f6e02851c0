import { asDocument, describe, hasDrifted, type SplitState } from '../../../bin/split/split-state';
import { parseSplit } from '../../../config/split';
import { parseVersion } from '../../../config/version';

const state = (change: Partial<SplitState> = {}): SplitState => ({
  endpoint: 'http://traffic.example',
  deployed: parseSplit('1.1.0:90,1.2.0:10'),
  live: { '1.1.0': 90, '1.2.0': 10 },
  guard: { record: undefined, fault: undefined },
  ...change,
});

const removal = {
  version: '1.2.0',
  alarm: 'modelapp-1-2-0-errors',
  firedAt: '2026-01-02T03:04:00.000Z',
  reason: 'Threshold Crossed',
  at: '2026-01-02T03:04:05.000Z',
  before: { '1.1.0': 90, '1.2.0': 10 },
  after: { '1.1.0': 90 },
  announced: true,
};

const guarded = state({
  live: { '1.1.0': 90 },
  guard: { record: { split: { '1.1.0': 90, '1.2.0': 10 }, removals: [removal] }, fault: undefined },
});

const describeSplit = (shown: SplitState): string => describe(shown, parseVersion('1.2.0'));

test('shows weights and shares', () => {
  expect(describeSplit(state()).split('\n')).toEqual([
    'Endpoint: http://traffic.example',
    'version  weight  share   deployed',
    '1.1.0    90      90.0 %  90',
    '1.2.0    10      10.0 %  10',
  ]);
});

test('shows what the guard did, and how to put the version back', () => {
  expect(describeSplit(guarded).split('\n').slice(2)).toEqual([
    '1.1.0    90      100.0 %  90',
    '1.2.0    0       0.0 %    10',
    'The rollout guard took 1.2.0 out at 2026-01-02T03:04:05.000Z: modelapp-1-2-0-errors fired. Threshold Crossed',
    'The load balancer differs from what was deployed; to restore that: modelapp split 1.1.0:90,1.2.0:10',
  ]);
});

const unread = state({ guard: { record: undefined, fault: 'AWS denies ssm:GetParameter: no' } });

test('shows the split without what the guard did where that cannot be read, and why', () => {
  expect(describeSplit(unread).split('\n').slice(2)).toEqual([
    '1.1.0    90      90.0 %  90',
    '1.2.0    10      10.0 %  10',
    'What the rollout guard did is not known: AWS denies ssm:GetParameter: no',
  ]);
  expect(asDocument(unread)).toMatchObject({ guard: [], guardFault: 'AWS denies ssm:GetParameter: no' });
});

test('shows a target group that is no version by its address', () => {
  const lines = describeSplit(state({ live: { '1.1.0': 90, '1.2.0': 10, 'arn:aws:other': 5 } }));

  expect(lines).toContain('arn:aws:other  5');
});

test('says how to begin where traffic is not split', () => {
  expect(describeSplit(state({ deployed: undefined, live: undefined }))).toContain('modelapp split 1.2.0:100');
});

test.each<[string, Partial<SplitState>, boolean]>([
  ['the weights of the deployment', {}, false],
  ['another order', { live: { '1.2.0': 10, '1.1.0': 90 } }, false],
  ['another weight', { live: { '1.1.0': 90, '1.2.0': 11 } }, true],
  ['a version less', { live: { '1.1.0': 90 } }, true],
  ['a target group more', { live: { '1.1.0': 90, '1.2.0': 10, 'arn:aws:other': 5 } }, true],
  ['no rule', { live: undefined }, true],
])('with %s the load balancer has drifted: %#', (_, change, drifted) => {
  expect(hasDrifted(state(change))).toBe(drifted);
});

test('the document holds what was deployed, what is live and what the guard did', () => {
  expect(asDocument(guarded)).toEqual({
    endpoint: 'http://traffic.example',
    deployed: { '1.1.0': 90, '1.2.0': 10 },
    live: { '1.1.0': 90 },
    drifted: true,
    guard: [removal],
  });
});
