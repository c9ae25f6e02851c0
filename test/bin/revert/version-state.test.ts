import { lossesOf, type VersionState } from '../../../bin/revert/version-state';
import { parseVersion } from '../../../config/version';

const state = (change: {
  readonly state?: string;
  readonly image?: string | undefined;
  readonly role?: boolean;
  readonly rows?: Readonly<Record<string, number>>;
}): VersionState => ({
  version: parseVersion('1.1.0'),
  stack: {
    name: 'ModelApp-1-1-0',
    id: 'stack/ModelApp-1-1-0/0a1b',
    state: change.state ?? 'CREATE_COMPLETE',
    reason: undefined,
    outputs: {},
    tags: {},
    terminationProtection: false,
    lastUpdated: new Date(0),
  },
  image: 'image' in change ? change.image : 'sha256:1',
  tables: {
    role: change.role ?? true,
    sessions: 1,
    rows: change.rows ?? { inputs_1_1_0: 7, processes_1_1_0: 2 },
    archives: [],
  },
});

const before = state({});

test('a version that goes on working loses nothing', () => {
  const after = state({ state: 'UPDATE_COMPLETE', rows: { inputs_1_1_0: 9, processes_1_1_0: 1 } });

  expect(lossesOf(before, after)).toEqual([]);
});

test('a version that had failed before is no loss', () => {
  const failed = state({ state: 'UPDATE_ROLLBACK_COMPLETE' });

  expect(lossesOf(failed, failed)).toEqual([]);
});

test.each([
  ['a stack that is gone', { ...before, stack: undefined }, 'ModelApp-1-1-0 is gone'],
  ['a stack that failed', state({ state: 'UPDATE_FAILED' }), 'ModelApp-1-1-0 was CREATE_COMPLETE and is UPDATE_FAILED'],
  ['a tag that is gone', state({ image: undefined }), 'the image tag 1.1.0 is gone or moved'],
  ['a tag that moved', state({ image: 'sha256:2' }), 'the image tag 1.1.0 is gone or moved'],
  ['a role that is gone', state({ role: false }), 'the database role of 1.1.0 is gone'],
  ['a table that is gone', state({ rows: { inputs_1_1_0: 7 } }), 'the table processes_1_1_0 of 1.1.0 is gone'],
  [
    'rows that are gone',
    state({ rows: { inputs_1_1_0: 6, processes_1_1_0: 2 } }),
    'inputs_1_1_0 of 1.1.0 had 7 rows and has 6',
  ],
])('%s is a loss', (_, after, loss) => {
  expect(lossesOf(before, after)).toEqual([loss]);
});
