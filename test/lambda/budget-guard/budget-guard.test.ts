import { TrainingJobs } from '../job-step/training-jobs';
import { invoke } from '../support/invoke';
import { clusterName } from '../training/fake-cluster';
import { machineArn } from '../training/fake-executions';
import { fleetId } from '../training/fake-fleet';
import { nothing, topicArn } from '../training/training-account';

const jobs = new TrainingJobs();

beforeAll(() => jobs.build());
beforeEach(() => jobs.open());
afterAll(() => jobs.close());

/** EventBridge calls the guard. */
async function guard(): Promise<{ error?: string; output: string }> {
  const environment = {
    AWS_ENDPOINT_URL: jobs.url,
    MACHINE: machineArn,
    CLUSTER: clusterName,
    FLEET: fleetId,
    NOTICES_TOPIC: topicArn,
    MAX_JOB_HOURS: '6',
  };
  return invoke(
    { bundle: jobs.bundle('budget-guard'), environment },
    { time: new Date(jobs.account.clock.now()).toISOString() },
  );
}

/** A job is stopped by hand in the middle of a state, so that its machine does not get to its cleanup. */
async function stopByHandIn(state: string): Promise<void> {
  jobs.stopped = (entered) => entered === state;
  await expect(jobs.run()).rejects.toThrow('stopped by hand');
  jobs.account.executions.end('ctr-1');
}

describe.each(['Raise', 'Ready', 'Servers', 'Scheduler', 'Work', 'Collect'])('after a stop by hand in %s', (state) => {
  test('nothing is left that costs money, which a notice tells', async () => {
    await stopByHandIn(state);
    const { account } = jobs;
    expect(account.costs).not.toEqual(nothing);

    const { error } = await guard();
    await account.clock.pass(120);

    expect(error).toBeUndefined();
    expect(account.costs).toEqual(nothing);
    expect(account.topic.notices).toEqual([
      {
        subject: 'modelapp: training was stopped',
        message: expect.stringContaining('The fleet was to have 5 machines, and no job needs them.'),
      },
    ]);
  });
});

test('after a stop by hand in Cleanup the machines end, of which there is nothing to tell', async () => {
  await stopByHandIn('Cleanup');

  await guard();
  await jobs.account.clock.pass(120);

  expect(jobs.account.costs).toEqual(nothing);
  expect(jobs.account.topic.notices).toEqual([]);
});

test.each(['States.DataLimitExceeded', 'States.Runtime'])(
  'after %s, which no Catch is for, nothing is left',
  async (error) => {
    jobs.fault = (state) => (state === 'Work' ? error : undefined);
    const { path, ...outcome } = await jobs.run();
    expect(outcome).toMatchObject({ status: 'FAILED', error });
    expect(path).not.toContain('Cleanup');

    await guard();
    await jobs.account.clock.pass(120);

    expect(jobs.account.costs).toEqual(nothing);
  },
);

test('after a cleanup that failed for good nothing is left either', async () => {
  jobs.fault = (state) => (state === 'Cleanup' ? 'AccessDeniedException' : undefined);
  expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException' });
  expect(jobs.account.costs).not.toEqual(nothing);

  await guard();
  await jobs.account.clock.pass(120);

  expect(jobs.account.costs).toEqual(nothing);
});

test('tasks of a stopped job go, while those and the machines of the job after it stay', async () => {
  await stopByHandIn('Collect');
  const { executions, clock, cluster, fleet, topic } = jobs.account;
  const left = cluster.live.length;
  const target = fleet.total;
  executions.start('ctr-2', clock.now());
  const [task] = cluster.live;
  Object.assign(task!, { startedBy: 'ctr-2' });

  await guard();

  expect(cluster.live).toEqual([task]);
  expect(fleet.total).toBe(target);
  expect(topic.notices[0]!.message).toContain(`${left - 1} tasks ran that belong to no job.`);
});

describe('a job', () => {
  const begun = async (hours: number) => {
    await stopByHandIn('Work');
    jobs.account.executions.start('ctr-1', jobs.account.clock.now());
    await jobs.account.clock.pass(hours * 3600);
  };

  test('that ends well, or fails, leaves the guard nothing to tell', async () => {
    await jobs.run();
    jobs.fault = (state) => (state === 'Work' ? 'TypeError' : undefined);
    await jobs.run();

    await guard();

    expect(jobs.account.topic.notices).toEqual([]);
  });

  test('in its time is left alone, and has half an hour more for its cleanup', async () => {
    await begun(6.4);
    const before = { ...jobs.account.costs };

    await guard();

    expect(jobs.account.costs).toEqual(before);
    expect(jobs.account.executions.running).toHaveLength(1);
    expect(jobs.account.topic.notices).toEqual([]);
  });

  test('past its time is stopped with all that it has', async () => {
    await begun(6.6);

    await guard();
    await jobs.account.clock.pass(120);

    expect(jobs.account.executions.stopped).toMatchObject([
      { name: 'ctr-1', stopped: { error: 'Overdue', cause: 'it ran longer than 6 hours' } },
    ]);
    expect(jobs.account.costs).toEqual(nothing);
    expect(jobs.account.topic.notices[0]!.message).toContain('The job ctr-1 ran longer than 6 hours.');
  });
});

test('a notice that is refused makes the guard fail, so that its alarm fires; what costs money is stopped', async () => {
  await stopByHandIn('Work');
  jobs.account.topic.refusals = 10;

  const { error } = await guard();
  await jobs.account.clock.pass(120);

  expect(error).toBe('refused');
  expect(jobs.account.costs).toEqual(nothing);
});
