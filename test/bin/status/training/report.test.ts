import { type TrainingStatus, trainingProblems } from '../../../../bin/status/training/report';
import { at } from '../sample';
import { idle, working } from './sample';

const problemsOf = (status: TrainingStatus, time = '12:00:00') => trainingProblems(status, at(time));

test.each([
  ['between two jobs', idle],
  ['while a job runs', working],
])('%s nothing is wrong', (_, status) => {
  expect(problemsOf(status)).toEqual([]);
});

test('machines without a job are a problem, which the guard ends', () => {
  const { fleet } = working;

  expect(problemsOf({ ...idle, fleet })).toEqual([
    { about: 'fleet', text: '2 machines run and no job does: the budget guard ends them within ten minutes' },
  ]);
  expect(problemsOf({ ...idle, fleet: { ...fleet!, target: { onDemand: 0, spot: 0 } } })).toEqual([
    { about: 'fleet', text: '2 machines run and no job does: they are ending' },
  ]);
});

test('a guard that fails is told before what it should have ended', () => {
  const alarm = { name: 'guard', state: 'ALARM', since: at('11:30:00'), reason: 'Threshold Crossed' };

  expect(problemsOf({ ...idle, fleet: working.fleet, guard: { alarm, maxJobHours: 6 } })[0]).toEqual({
    about: 'guard',
    text: 'the budget guard fails since 2026-03-01 11:30 UTC: Threshold Crossed; machines may run without a job',
  });
});

test('the last job that ended is told if it failed, a younger success takes that back', () => {
  const failed = {
    id: 'ctr-2',
    startedAt: at('09:40:00'),
    endedAt: at('09:50:00'),
    state: 'failed',
    error: 'NoCapacity',
    cause: '2 of 5 machines came',
  } as const;
  const [done] = idle.jobs!;

  expect(problemsOf({ ...idle, jobs: [failed, done!] })).toEqual([
    { about: 'job', text: 'the last job failed: ctr-2: 2 of 5 machines came' },
  ]);
  expect(problemsOf({ ...idle, jobs: [done!, failed] })).toEqual([]);
});

test('a job that the guard should have ended is told with the command that ends it', () => {
  expect(problemsOf(working, '17:29:00')).toEqual([]);
  expect(problemsOf(working, '17:31:00')).toEqual([
    {
      about: 'job',
      text: 'ctr-20260301110000-77c0 runs longer than 6 hours: modelapp train --stop ctr-20260301110000-77c0',
    },
  ]);
});

test('a stack that failed is told', () => {
  const stack = { ...idle.stack, failure: 'UPDATE_ROLLBACK_COMPLETE (Fleet: no); next: modelapp deploy training' };

  expect(problemsOf({ ...idle, stack })).toEqual([{ about: 'stack', text: stack.failure }]);
});
