import { nothing } from '../training/training-account';
import { TrainingJobs } from './training-jobs';

const jobs = new TrainingJobs();
const movies = { model: 'movies' };

beforeAll(() => jobs.build());
beforeEach(() => jobs.open());
afterAll(() => jobs.close());

const commands = () => jobs.account.cluster.tasks.map(({ command }) => command?.join(' '));

test('a model is trained by one task on one Spot machine, and the job tells its revision', async () => {
  let asked = {};
  jobs.account.clock.after(120, () => {
    asked = { ...jobs.account.fleet.target };
  });

  const outcome = await jobs.run(movies, 'movies-1');

  expect(outcome).toMatchObject({
    status: 'SUCCEEDED',
    output: { jobId: 'movies-1', model: 'movies', revision: 7, activated: true, scores: { train: 0.9, test: 0.8 } },
  });
  expect(asked).toEqual({ 'on-demand': 0, spot: 1 });
  expect(commands()).toEqual(['job model movies']);
  expect(jobs.account.events.events).toEqual([
    { Source: 'modelapp', DetailType: 'ModelTrained', Detail: expect.stringContaining('"revision":7') },
  ]);
  expect(jobs.account.costs).toEqual(nothing);
});

test('its task is told where to say what it made, and nothing of parameter servers', async () => {
  await jobs.run({ ...movies, activate: false }, 'movies-1');

  expect(commands()).toEqual(['job model movies --no-activate']);
  expect(jobs.account.cluster.tasks[0]!.environment).toEqual({
    MODELAPP_JOB_ID: 'movies-1',
    MODELAPP_OUTPUT: 's3://artifacts/jobs/movies-1/out/',
  });
});

test('its task is told the parameters that take the place of those of the model', async () => {
  await jobs.run({ ...movies, parameters: { rank: 4, lambda: 0.05 } }, 'movies-1');

  expect(jobs.account.cluster.tasks[0]!.command).toEqual([
    ...['job', 'model', 'movies', '--parameters', '{"rank":4,"lambda":0.05}'],
  ]);
});

test('parameters that are no values fail the job before anything is started', async () => {
  expect(await jobs.run({ ...movies, parameters: { rank: [4] } })).toMatchObject({
    status: 'FAILED',
    error: 'InvalidJob',
    cause: expect.stringContaining('parameters/rank'),
  });
  expect(commands()).toEqual([]);
});

test('a training whose Spot machine is taken begins again on another', async () => {
  const { clock, fleet } = jobs.account;
  clock.after(300, () => fleet.take(fleet.machines[0]!));

  expect(await jobs.run(movies)).toMatchObject({ status: 'SUCCEEDED' });
  expect(commands()).toEqual(['job model movies', 'job model movies']);
});

test('a training that cannot reach the database is tried again, three times at most', async () => {
  jobs.account.cluster.running = (task) => jobs.account.cluster.end(task, 4);

  expect(await jobs.run(movies)).toMatchObject({ status: 'FAILED', error: 'NoAccess' });
  expect(commands()).toHaveLength(4);
  expect(jobs.account.costs).toEqual(nothing);
});

test.each([
  [5, 'DataRefused'],
  [3, 'DataAbsent'],
  [1, 'JobFailed'],
])('a training that ends with exit code %i fails the job as %s at once', async (exitCode, error) => {
  jobs.account.cluster.running = (task) => jobs.account.cluster.end(task, exitCode);

  expect(await jobs.run(movies)).toMatchObject({ status: 'FAILED', error });
  expect(commands()).toHaveLength(1);
  expect(jobs.account.costs).toEqual(nothing);
});

test('where no Spot machine comes back in time the job fails, and leaves nothing', async () => {
  const { clock, fleet } = jobs.account;
  clock.after(300, () => {
    fleet.available.spot = 0;
    fleet.take(fleet.machines[0]!);
  });

  expect(await jobs.run(movies)).toMatchObject({
    status: 'FAILED',
    error: 'NoCapacity',
    cause: 'nothing could be started for 10 minutes: RESOURCE:MEMORY',
  });
  expect(jobs.account.costs).toEqual(nothing);
});

test.each([
  ['nothing', undefined, 'the job left no revision.json in its output'],
  ['what is no revision', '{"model": "movies"}', 'revision.json: '],
])('a training that leaves %s fails as OutputInvalid', async (_, text, cause) => {
  jobs.account.cluster.running = (task) => {
    if (text) jobs.account.artifacts.objects.set('jobs/ctr-1/out/revision.json', Buffer.from(text));
    jobs.account.cluster.end(task, 0);
  };

  expect(await jobs.run(movies)).toMatchObject({ error: 'OutputInvalid', cause: expect.stringContaining(cause) });
});

test.each([
  [{ model: 'movies', conf: 's3://confs/ctr.conf' }, "the job's input: conf is none of model, activate"],
  [{ model: '../movies' }, "the job's input: model must match pattern"],
  [{ model: 'movies', activate: 'no' }, "the job's input: activate must be boolean"],
])('the input %j ends the job at once, by name of the field', async (given, cause) => {
  expect(await jobs.run(given)).toMatchObject({ error: 'InvalidJob', cause: expect.stringContaining(cause) });
  expect(jobs.account.fleet.highest).toBe(0);
});
