import { nothing } from '../training/training-account';
import { input, TrainingJobs } from './training-jobs';

const jobs = new TrainingJobs();

beforeAll(() => jobs.build());
beforeEach(() => jobs.open());
afterAll(() => jobs.close());

describe('a job that goes well', () => {
  test('tells where its model is and how well that does, and leaves no machine and no task', async () => {
    const outcome = await jobs.run();

    expect(outcome).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        jobId: 'ctr-1',
        model: 's3://artifacts/models/jobs/ctr-1/',
        files: ['ctr_S0', 'ctr_S1'],
        evaluation: { auc: 0.75, logloss: 0.5 },
      },
    });
    expect(jobs.account.costs).toEqual(nothing);
  });

  test('has the model copied out of its output', async () => {
    await jobs.run();

    const { objects } = jobs.account.artifacts;
    expect(objects.get('models/jobs/ctr-1/ctr_S1')).toEqual(objects.get('jobs/ctr-1/out/ctr_S1'));
  });

  test('is told on the event bus', async () => {
    await jobs.run();

    expect(jobs.account.events.events).toEqual([
      { Source: 'modelapp', DetailType: 'ModelTrained', Detail: expect.stringContaining('"jobId":"ctr-1"') },
    ]);
  });

  test('raises the fleet to a machine that stays for each server and one more for each worker', async () => {
    let asked = {};
    jobs.account.clock.after(120, () => {
      asked = { ...jobs.account.fleet.target };
    });

    await jobs.run({ ...input, servers: 2, replicas: 1, workers: 3 });

    expect(asked).toEqual({ 'on-demand': 4, spot: 3 });
  });

  test('starts each task once, in the order servers, scheduler, workers', async () => {
    await jobs.run();

    const roles = jobs.account.cluster.tasks.map(({ role }) => role);
    expect(roles).toEqual(['server', 'server', 'scheduler', 'worker', 'worker', 'worker']);
  });

  test('tells scheduler and workers the addresses of the servers, and each task who it is', async () => {
    await jobs.run();

    const [first, second, scheduler, , worker] = jobs.account.cluster.tasks;
    const servers = `${first!.address}:6379,${second!.address}:6379`;
    expect(scheduler!.environment).toMatchObject({ DMLC_ROLE: 'scheduler', MODELAPP_STORE_SERVERS: servers });
    expect(worker!.environment).toMatchObject({
      DMLC_ROLE: 'worker',
      DMLC_WORKER_ID: '1',
      DMLC_NUM_ATTEMPT: '0',
      MODELAPP_JOB_ID: 'ctr-1',
      MODELAPP_CONF: 's3://artifacts/jobs/ctr-1/job.conf',
      MODELAPP_OUTPUT: 's3://artifacts/jobs/ctr-1/out/',
      MODELAPP_STORE_SERVERS: servers,
      MODELAPP_STORE_REPLICAS: '0',
    });
  });

  test('tells its scheduler how to learn, in the words of the command line', async () => {
    const checkpoint = 's3://artifacts/jobs/ctr-0/checkpoint/';
    const options = { seed: 7, maxBadLines: '2.5%', syncExamples: 500, checkpoint, checkpointEvery: 30 };

    await jobs.run({ ...input, ...options, resume: true });

    const [, , scheduler, worker] = jobs.account.cluster.tasks;
    expect(scheduler!.command?.join(' ')).toBe(
      `job scheduler --seed 7 --max-bad-lines 2.5% --sync-examples 500 --checkpoint ${checkpoint} --checkpoint-every 30 --resume`,
    );
    expect(worker!.command).toBeUndefined();
  });

  test('makes the host names of its tasks lead to them, and forgets them afterwards', async () => {
    let hosts = {};
    jobs.account.clock.after(300, () => {
      hosts = Object.fromEntries(jobs.account.zone.hosts);
    });

    await jobs.run();

    const addresses = jobs.account.cluster.tasks.map(({ address }) => address);
    expect(hosts).toEqual({
      'server-0.modelapp.internal': addresses[0],
      'server-1.modelapp.internal': addresses[1],
      'scheduler-0.modelapp.internal': addresses[2],
      'worker-0.modelapp.internal': addresses[3],
      'worker-1.modelapp.internal': addresses[4],
      'worker-2.modelapp.internal': addresses[5],
    });
    expect(jobs.account.zone.hosts.size).toBe(0);
  });

  test('with one server and one worker has the scheduler alone, on a machine that stays, however long it works', async () => {
    jobs.workSeconds = 3600;
    let asked = {};
    jobs.account.clock.after(120, () => {
      asked = { ...jobs.account.fleet.target };
    });

    expect(await jobs.run({ ...input, servers: 1, workers: 1 })).toMatchObject({ status: 'SUCCEEDED' });

    expect(asked).toEqual({ 'on-demand': 1, spot: 0 });
    const { tasks } = jobs.account.cluster;
    expect(tasks.map(({ role }) => role)).toEqual(['scheduler']);
    expect(tasks[0]!.environment).not.toHaveProperty('MODELAPP_STORE_SERVERS');
  });

  test('that only scored a model says so, and announces none', async () => {
    jobs.makesModel = false;

    expect(await jobs.run({ ...input, servers: 1, workers: 1 })).toMatchObject({
      status: 'SUCCEEDED',
      output: { files: [], evaluation: { auc: 0.75 } },
    });
    expect(jobs.account.events.events).toEqual([]);
  });

  test.each([
    ['as long as those that schedules make', 'x'.repeat(80)],
    ['with characters that ECS does not take', 'ctr 1.2@noon'],
  ])('may have an id %s', async (_, name) => {
    expect(await jobs.run({ ...input }, name)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('may have as many tasks as a job takes at most', async () => {
    const outcome = await jobs.run({ ...input, servers: 16, replicas: 1, workers: 64 });

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(jobs.account.cluster.tasks).toHaveLength(1 + 32 + 64);
  });

  test('of 20 hours has room in the history of an execution', async () => {
    jobs.workSeconds = 3600;
    const hour = await jobs.run();
    jobs.workSeconds = 7200;
    const twoHours = await jobs.run();

    const looksOf = ({ path }: typeof hour) => path.filter((state) => state.startsWith('After ')).length;
    const perLook = (twoHours.events - hour.events) / (looksOf(twoHours) - looksOf(hour));
    const hourlyLooks = 3600 / 30;
    // The longest job looks every 30 seconds, and twice as often while servers and scheduler come: in four starts, each of
    // which waits for both as long as it may, a quarter of an hour. Its cleanup takes 20 minutes.
    const looks = 20 * hourlyLooks + 4 * 2 * (hourlyLooks / 4) + hourlyLooks / 3;
    expect(perLook).toBe(9);
    expect(hour.events + (looks - looksOf(hour)) * perLook).toBeLessThan(25_000);
  });
});

describe('while an older job runs', () => {
  test('a job ends as Busy, names the older one, and leaves its machines and tasks alone', async () => {
    const { clock, executions, fleet } = jobs.account;
    executions.start('ctr-0', clock.now() - 60_000);
    fleet.target = { 'on-demand': 1, spot: 2 };

    const outcome = await jobs.run();

    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(outcome).toMatchObject({ cause: expect.stringContaining('the job ctr-0 runs') });
    expect(fleet.target).toEqual({ 'on-demand': 1, spot: 2 });
  });

  test('of two that start at the same moment exactly one goes on', async () => {
    jobs.account.executions.start('ctr-0', jobs.account.clock.now());
    expect(await jobs.run()).toMatchObject({ error: 'Busy' });
    jobs.account.executions.end('ctr-0');
    jobs.account.executions.start('ctr-2', jobs.account.clock.now());
    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test.each<[string, object, string]>([
  ['no configuration', { servers: 1, workers: 1 }, "the job's input: it must have required properties conf"],
  ['a local configuration', { ...input, conf: 'ctr.conf' }, "the job's input: conf must match pattern"],
  ['no worker', { ...input, workers: 0 }, "the job's input: workers must be >= 1"],
  ['too many servers', { ...input, servers: 20, replicas: 1 }, 'servers and their replicas are more than 32'],
  [
    'a word too many',
    { ...input, image: 'x', word: 1 },
    "the job's input: word is none of conf, servers, workers, replicas, seed, maxBadLines, syncExamples, checkpoint, checkpointEvery, resume, image, command",
  ],
  ['a command without image', { ...input, command: ['x'] }, 'command goes with an image'],
  ['replicas of another engine', { ...input, image: 'x', replicas: 1 }, 'replicas does not go with an image'],
  ['a seed for another engine', { ...input, image: 'x', seed: 7 }, 'seed does not go with an image'],
  ['nothing to go on from', { ...input, resume: true }, 'resume needs the checkpoint of another job'],
  ['bad lines in words', { ...input, maxBadLines: 'few' }, "the job's input: maxBadLines must match pattern"],
])('a job with %s ends at once, by name of the field', async (_, given, message) => {
  const outcome = await jobs.run(given as never);

  expect(outcome).toMatchObject({ error: 'InvalidJob', cause: expect.stringContaining(message) });
  expect(jobs.account.fleet.highest).toBe(0);
  expect(jobs.account.costs).toEqual(nothing);
});
