import { trainingPage } from '../../../../bin/status/training/page';
import { type TrainingStatus, trainingProblems } from '../../../../bin/status/training/report';
import { at } from '../sample';
import { idle, working } from './sample';

const now = at('12:00:00');
const shown = (status: TrainingStatus): string => trainingPage(status, trainingProblems(status, now), now);

test('between two jobs the page shows that nothing runs, and what the last job made', () => {
  expect(shown(idle)).toBe(`\
ModelApp-Training in eu-central-1, account 123456789012

HEALTHY

Stack      UPDATE_COMPLETE since 2026-03-01 10:00 UTC (2 h ago)
Shared     ModelApp-Base  UPDATE_COMPLETE since 2026-03-01 09:00 UTC (3 h ago)
Job        none runs
Fleet      0 machines of 0 on demand and 0 Spot
Tasks      none
Last jobs  ctr-20260301090000-1f3a  done  2026-03-01 09:00 UTC  took 35 min
Result     s3://artifacts/models/jobs/ctr-20260301090000-1f3a/
           auc 0.7512  logloss nan
Guard      OK since 2026-03-01 08:00 UTC (4 h ago)
           ends jobs after 6 hours, and machines without a job
Schedules  nightly  cron(0 3 * * ? *)
Logs       modelapp logs training JOB`);
});

test('while a job runs the page shows what it does, until when it may, and on what', () => {
  const lines = shown(working).split('\n');

  expect(lines[2]).toBe('HEALTHY');
  expect(lines.slice(6, 16)).toEqual([
    'Job        ctr-20260301110000-77c0 trains, started 2026-03-01 11:00 UTC (1 h ago)',
    '           it may run until 2026-03-01 17:00 UTC',
    '           modelapp train --attach ctr-20260301110000-77c0',
    'Fleet      2 machines of 1 on demand and 1 Spot',
    '           i-0a  m7i.large  on demand',
    '           i-0b  c7a.large  Spot',
    'Tasks      worker  3f2a91bc  RUNNING  since 2026-03-01 11:05 UTC (55 min ago)',
    '           server  77c01d2e  RUNNING  since 2026-03-01 11:03 UTC (57 min ago)',
    '           worker  99aa00bb  STOPPED  2026-03-01 11:04 UTC (56 min ago): Host EC2 (instance i-0c) terminated.',
    'Last jobs  ctr-20260301090000-1f3a  done  2026-03-01 09:00 UTC  took 35 min',
  ]);
  expect(lines.at(-1)).toBe('Logs       modelapp logs training ctr-20260301110000-77c0 --follow');
});

test('of a stack that is not made yet the page shows what there is', () => {
  const begun = {
    ...idle,
    stack: { ...idle.stack, state: 'CREATE_IN_PROGRESS', step: 'Fleet CREATE_IN_PROGRESS' },
    jobs: undefined,
    fleet: undefined,
    tasks: undefined,
    guard: { alarm: undefined, maxJobHours: undefined },
    schedules: [],
  };

  expect(shown(begun)).toContain('IN PROGRESS, no problem so far');
  expect(shown(begun)).toContain('Fleet      none yet\nResult     none yet\nGuard      none yet\nLogs');
});
