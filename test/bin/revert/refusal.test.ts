import type { StackSummary } from '../../../bin/aws/stacks';
import { refusal } from '../../../bin/revert/refusal';
import { parseSplit } from '../../../config/split';
import { parseVersion } from '../../../config/version';

const version = parseVersion('1.2.0');

const stack = (state: string, terminationProtection = false): StackSummary => ({
  name: 'ModelApp-1-2-0',
  id: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/ModelApp-1-2-0/0a1b',
  state,
  reason: undefined,
  outputs: {},
  tags: {},
  terminationProtection,
  lastUpdated: new Date(0),
});

const refused = (state: string, split?: string, protectedStack?: boolean) =>
  refusal({ version, stack: stack(state, protectedStack), split: split ? parseSplit(split) : undefined });

test.each(['CREATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE', 'CREATE_FAILED', 'DELETE_FAILED'])(
  'a stack that is %s may be deleted',
  (state) => {
    expect(refused(state)).toBeUndefined();
  },
);

test.each(['DELETE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'])('%s does not bar a deletion', (state) => {
  expect(refused(state)).toBeUndefined();
});

test.each(['CREATE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])(
  '%s bars it',
  (state) => {
    expect(refused(state)).toBe(
      `ModelApp-1-2-0 is ${state}: wait until that has ended; modelapp status 1.2.0 shows it`,
    );
  },
);

test('a protected stack is left alone', () => {
  expect(refused('CREATE_COMPLETE', undefined, true)).toContain('ModelApp-1-2-0 is protected against deletion');
});

test.each([
  ['1.1.0:90,1.2.0:10', 'modelapp split 1.1.0:90'],
  ['1.0.0:1,1.2.0:10,1.1.0:3', 'modelapp split 1.0.0:1,1.1.0:3'],
  ['1.2.0:100', 'modelapp split off'],
])('of the split %s the version leaves by: %s', (split, next) => {
  expect(refused('CREATE_COMPLETE', split)).toBe(`1.2.0 takes traffic (${split}); next: ${next}`);
});

test('a split of other versions bars nothing', () => {
  expect(refused('CREATE_COMPLETE', '1.1.0:100')).toBeUndefined();
});
