import { fails } from '../../bin/aws/support/answers';
import { nothing } from '../training/training-account';
import { TrainingJobs } from './training-jobs';

jest.setTimeout(120_000);

const jobs = new TrainingJobs();

beforeAll(() => jobs.build());
beforeEach(() => jobs.open());
afterAll(() => jobs.close());
afterEach(() => {
  // Whatever a job died of.
  expect(jobs.account.costs).toEqual(nothing);
  expect(jobs.account.zone.hosts.size).toBe(0);
});

const states = ['Claim', 'Raise', 'Ready', 'Servers', 'Scheduler', 'Work', 'Collect', 'Cleanup'];

/** Errors that may be gone a little later, and such as stay. */
const passing = [
  'Unavailable',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'States.Timeout',
];
const lasting = ['AccessDeniedException', 'Runtime.ImportModuleError', 'TypeError', 'OutOfMemory'];

const failEach = (state: string, error: string, times: number) => {
  let left = times;
  jobs.fault = (entered) => (entered === state && left-- > 0 ? error : undefined);
};

describe.each(states)('when %s fails', (state) => {
  test.each(passing)('by %s for a while, the job goes well all the same', async (error) => {
    failEach(state, error, 5);

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe.each(states.filter((state) => state !== 'Cleanup'))('when %s fails for good', (state) => {
  test.each([...passing, ...lasting])('by %s, the job fails by that name', async (error) => {
    failEach(state, error, 1000);

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error });
  });
});

test.each(lasting)('when Cleanup fails by %s a few times, it goes on', async (error) => {
  failEach('Cleanup', error, 10);

  expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
});

describe('AWS', () => {
  const calls = [
    'ListExecutions',
    'ModifyFleet',
    'DescribeFleets',
    'DescribeFleetInstances',
    'ListContainerInstances',
    'RunTask',
    'DescribeTasks',
    'ListTasks',
    'StopTask',
    'PutEvents',
  ];

  /** Fails a call so often. */
  const refuse = (operation: string, times: number, code: string, status?: number) => {
    let left = times;
    const refusal = fails(operation, code, 'refused', status);
    jobs.account.intercept = async (request) => {
      const answer = left > 0 ? await refusal(request) : undefined;
      if (answer) left -= 1;
      return answer;
    };
  };

  test.each(calls)('may throttle %s for a while', async (operation) => {
    refuse(operation, 4, 'ThrottlingException');

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each(calls)('may fail %s for a while', async (operation) => {
    refuse(operation, 4, 'InternalFailure', 500);

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each(['ListExecutions', 'ModifyFleet', 'ListContainerInstances', 'RunTask', 'DescribeTasks', 'PutEvents'])(
    'ends a job whose %s it denies',
    async (operation) => {
      refuse(operation, 1, 'AccessDeniedException');

      expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'AccessDeniedException', cause: 'refused' });
    },
  );

  test('may not take the event, of which the job tells', async () => {
    jobs.account.events.refusal = 'InternalException';

    expect(await jobs.run()).toMatchObject({
      status: 'FAILED',
      cause: 'the event ModelTrained was not taken: InternalException',
    });
  });
});

describe('no capacity', () => {
  test.each([
    ['spot', '2 of 5 machines came, 2 of 2 on demand, within 10 minutes'],
    ['on-demand', '3 of 5 machines came, 0 of 2 on demand, within 10 minutes'],
  ] as const)('of %s ends the job, which tells what came', async (lifecycle, cause) => {
    jobs.account.fleet.available[lifecycle] = 0;

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'NoCapacity', cause });
  });

  test('in good time is waited for', async () => {
    jobs.account.fleet.available.spot = 0;
    jobs.account.clock.after(400, () => {
      jobs.account.fleet.available.spot = 10;
      jobs.account.fleet.fill();
    });

    expect(await jobs.run()).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each([
    ['server', 'server 0, server 1 could not be started within 10 minutes: RESOURCE:ENI'],
    ['scheduler', 'scheduler 0 could not be started within 10 minutes: RESOURCE:ENI'],
    ['worker', 'no worker could be started for 10 minutes: RESOURCE:ENI'],
  ])('for a %s ends the job, which tells why', async (role, cause) => {
    jobs.workSeconds = 3600;
    jobs.account.cluster.noRoom = (task) => (task.role === role ? 'RESOURCE:ENI' : undefined);

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'NoCapacity', cause });
  });
});

describe('a scheduler', () => {
  const endWith = (exitCode: number) => {
    const { clock, cluster } = jobs.account;
    cluster.running = (task) => {
      if (task.role === 'scheduler') clock.after(60, () => cluster.end(task, exitCode));
    };
  };

  test.each([
    [1, 'JobFailed'],
    [2, 'InvalidJob'],
    [3, 'DataAbsent'],
    [5, 'DataRefused'],
  ])('that ends with exit code %i ends the job as %s', async (exitCode, error) => {
    endWith(exitCode);

    const cause = `the scheduler ended with exit code ${exitCode} (Essential container in task exited)`;
    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error, cause });
    expect(jobs.account.cluster.tasks.filter(({ role }) => role === 'scheduler')).toHaveLength(1);
  });

  test('that loses its servers each time ends the job as NoAccess after three new beginnings', async () => {
    endWith(4);

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'NoAccess' });
    expect(jobs.account.cluster.tasks.filter(({ role }) => role === 'scheduler')).toHaveLength(4);
  });

  test('that crashes is started three times more', async () => {
    endWith(134);

    expect(await jobs.run()).toMatchObject({
      status: 'FAILED',
      error: 'TaskFailed',
      cause: 'scheduler 0 failed 4 times, at last with exit code 134 (Essential container in task exited)',
    });
    expect(jobs.account.cluster.tasks.filter(({ role }) => role === 'scheduler')).toHaveLength(4);
  });
});

test.each(['server', 'worker'] as const)('a %s that fails four times ends the job', async (role) => {
  const { clock, cluster } = jobs.account;
  cluster.running = (task) => {
    if (task.role === role) clock.after(10, () => cluster.end(task, 1));
  };

  const cause = expect.stringMatching(`^${role} \\d failed 4 times, at last with exit code 1 `);
  expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'TaskFailed', cause });
});

test('a job that takes too long ends as TimedOut', async () => {
  jobs.workSeconds = 7 * 3600;

  expect(await jobs.run()).toMatchObject({
    status: 'FAILED',
    error: 'TimedOut',
    cause: 'the job took longer than 6 hours',
  });
});

describe('an output', () => {
  const key = 'jobs/ctr-1/out/ctr_S0';
  const spoil = (how: () => void) => {
    const { objects } = jobs.account.artifacts;
    jobs.account.artifacts.intercept = async (method, asked) => {
      if (method === 'GET' && asked === 'jobs/ctr-1/out/manifest.json' && objects.has(asked)) how();
      return undefined;
    };
  };

  test.each<[string, () => void, string]>([
    [
      'with a file of other content',
      () => jobs.account.artifacts.objects.set(key, Buffer.from('key\tWEIGHT\n')),
      'ctr_S0 has another SHA-256 than in the manifest',
    ],
    [
      'with a file that is cut',
      () => jobs.account.artifacts.objects.set(key, Buffer.from('key')),
      'ctr_S0 has 3 bytes, and 11 by the manifest',
    ],
    [
      'without a file',
      () => jobs.account.artifacts.objects.delete(key),
      'ctr_S0 is in the manifest, and not in the output',
    ],
    [
      'without manifest',
      () => jobs.account.artifacts.objects.delete('jobs/ctr-1/out/manifest.json'),
      'the job left no manifest.json in its output',
    ],
    [
      'with a manifest that is none',
      () => jobs.account.artifacts.objects.set('jobs/ctr-1/out/manifest.json', Buffer.from('{')),
      'manifest.json: it is not JSON',
    ],
  ])('%s ends the job, and none of it becomes a model', async (_, how, cause) => {
    spoil(how);

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'OutputInvalid', cause });
    expect(jobs.account.artifacts.objects.has('models/jobs/ctr-1/ctr_S0')).toBe(false);
    expect(jobs.account.events.events).toEqual([]);
  });

  test('that is changed between its check and its copy ends the job', async () => {
    jobs.account.artifacts.intercept = async (method, asked) => {
      if (method === 'PUT' && asked.startsWith('models/'))
        jobs.account.artifacts.objects.set(key, Buffer.from('other'));
      return undefined;
    };

    expect(await jobs.run()).toMatchObject({ status: 'FAILED', error: 'PreconditionFailed' });
  });
});
