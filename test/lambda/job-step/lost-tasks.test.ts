import type { FakeTask } from '../training/fake-cluster';
import { nothing } from '../training/training-account';
import { input, TrainingJobs } from './training-jobs';

const jobs = new TrainingJobs();

beforeAll(() => jobs.build());
beforeEach(() => jobs.open());
afterAll(() => jobs.close());
afterEach(() => {
  expect(jobs.account.costs).toEqual(nothing);
});

const started = (role: FakeTask['role'], index = 0): readonly FakeTask[] =>
  jobs.account.cluster.tasks.filter(
    (task) => task.role === role && task.environment.DMLC_NODE_HOST?.startsWith(`${role}-${index}.`),
  );

describe('a worker', () => {
  beforeEach(() => {
    jobs.workSeconds = 900;
  });

  test('that crashes is started again with its number, and told that it is its second attempt', async () => {
    jobs.account.clock.after(300, () => jobs.account.cluster.end(jobs.task('worker', 1), 137));

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(started('worker', 1).map(({ environment }) => environment.DMLC_NUM_ATTEMPT)).toEqual(['0', '1']);
    expect(started('worker', 0)).toHaveLength(1);
  });

  test('whose machine AWS takes back is started again as soon as another machine is there', async () => {
    jobs.account.clock.after(300, () => jobs.account.fleet.take(jobs.task('worker', 2).machine));

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
    const [first, second] = started('worker', 2);
    expect(second!.machine).not.toBe(first!.machine);
  });

  test('may be taken away more often than it may fail', async () => {
    jobs.workSeconds = 3600;
    for (let minute = 5; minute < 50; minute += 5) {
      jobs.account.clock.after(60 * minute, () => jobs.account.fleet.take(jobs.task('worker').machine));
    }

    expect(await jobs.run({ ...input, workers: 1 })).toMatchObject({ status: 'SUCCEEDED' });
    expect(started('worker').length).toBeGreaterThan(4);
  });

  test('that ends well is not started again', async () => {
    jobs.account.clock.after(300, () => jobs.account.cluster.end(jobs.task('worker'), 0));

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(jobs.account.cluster.tasks.filter(({ role }) => role === 'worker')).toHaveLength(3);
  });
});

test('a job whose workers are all taken, and none of which comes back, ends without capacity', async () => {
  const { clock, fleet } = jobs.account;
  jobs.workSeconds = 7200;
  clock.after(300, () => {
    fleet.available.spot = 0;
    for (const machine of [...fleet.machines]) if (machine.lifecycle === 'spot') fleet.take(machine);
  });

  expect(await jobs.run()).toMatchObject({
    status: 'FAILED',
    error: 'NoCapacity',
    cause: 'no worker could be started for 10 minutes: RESOURCE:MEMORY',
  });
});

describe('a scheduler', () => {
  test.each([
    ['crashes', (task: FakeTask) => jobs.account.cluster.end(task, 137)],
    ['is taken with its machine', (task: FakeTask) => jobs.account.cluster.lose(task)],
    ['is told to stop', (task: FakeTask) => jobs.account.cluster.end(task, 143)],
  ])('that %s is started again, and goes on where it was; the workers stay', async (_, end) => {
    jobs.account.clock.after(300, () => end(jobs.task('scheduler')));

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(started('scheduler').map(({ command }) => command)).toEqual([
      ['job', 'scheduler'],
      ['job', 'scheduler', '--resume'],
    ]);
    expect(jobs.account.cluster.tasks.filter(({ role }) => role === 'worker')).toHaveLength(3);
  });

  test('that lost its servers begins again from the checkpoint, with new servers and workers that know them', async () => {
    const { clock, cluster } = jobs.account;
    clock.after(300, () => {
      cluster.lose(jobs.task('server'));
      cluster.end(jobs.task('scheduler'), 4);
    });

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });

    const servers = cluster.tasks.filter(({ role }) => role === 'server').map(({ address }) => `${address}:6379`);
    expect(servers).toHaveLength(4);
    const [, again] = started('scheduler');
    expect(again!.command).toEqual(['job', 'scheduler', '--resume']);
    for (const task of [again!, started('worker', 2)[1]!]) {
      expect(task.environment.MODELAPP_STORE_SERVERS).toBe(servers.slice(2).join(','));
    }
  });
});

test('workers that fail because the servers are away do not use up what they may fail by themselves', async () => {
  const { clock, cluster } = jobs.account;
  let losses = 3;
  cluster.running = (task) => {
    if (losses === 0) jobs.work(task);
    else if (task.role === 'worker') clock.after(20, () => cluster.end(task, 4));
    else if (task.role === 'scheduler') {
      clock.after(100, () => {
        losses -= 1;
        cluster.end(task, 4);
      });
    }
  };

  expect(await jobs.run({ ...input, workers: 1 })).toMatchObject({ status: 'SUCCEEDED' });
  expect(started('worker').length).toBeGreaterThan(4);
});

test('a server that goes while the job works is left to the scheduler, which knows whether it can do without', async () => {
  jobs.account.clock.after(300, () => jobs.account.cluster.lose(jobs.task('server')));

  expect(await jobs.run({ ...input, replicas: 1 })).toMatchObject({ status: 'SUCCEEDED' });
  expect(started('server')).toHaveLength(1);
});

test('a server that goes before the job works is started again', async () => {
  jobs.account.cluster.running = (task) => {
    if (task.role === 'server' && started('server').length === 1) jobs.account.cluster.lose(task);
    else jobs.work(task);
  };

  expect(await jobs.run({ ...input, servers: 1 })).toMatchObject({ status: 'SUCCEEDED' });
  expect(started('server')).toHaveLength(2);
});

test('a step that is cut off after it started tasks, and repeated, starts none of them twice', async () => {
  const cut = new Set<string>();
  jobs.answered = (state) => {
    if (cut.has(state)) return undefined;
    cut.add(state);
    return 'States.Timeout';
  };

  expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  expect(cut).toContain('Work');
  expect(jobs.account.cluster.tasks).toHaveLength(6);
});
