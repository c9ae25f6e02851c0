import type { FakeTask } from '../training/fake-cluster';
import { nothing } from '../training/training-account';
import { input, TrainingJobs } from './training-jobs';

const jobs = new TrainingJobs();
const given = { ...input, image: 'registry/mxnet:1', command: ['python', 'train.py'] };

beforeAll(() => jobs.build());
afterAll(() => jobs.close());
beforeEach(() => {
  jobs.open();
  endAfter({ scheduler: 300, worker: 400 });
});
afterEach(() => {
  expect(jobs.account.costs).toEqual(nothing);
});

/** Lets the first tasks of some roles end well, so many seconds after they run. */
function endAfter(seconds: Partial<Record<FakeTask['role'], number>>): void {
  const { clock, cluster } = jobs.account;
  cluster.running = (task) => {
    const after = seconds[task.role];
    if (after !== undefined) clock.after(after, () => cluster.end(task, 0));
  };
}

test('runs in all roles, with its command and without the health check of ours', async () => {
  const registered: object[] = [];
  jobs.account.clock.after(120, () => {
    const { definitions } = jobs.account.cluster;
    registered.push(...[...definitions.values()].filter(({ family }) => family.endsWith('-ctr-1')));
  });

  expect(await jobs.run(given)).toMatchObject({ status: 'SUCCEEDED' });

  const own = ['scheduler', 'server', 'worker'].map((role) => ({
    family: `${role}-ctr-1`,
    networkMode: 'awsvpc',
    taskRoleArn: `task-role-${role}`,
    containerDefinitions: [
      {
        name: role,
        image: 'registry/mxnet:1',
        command: ['python', 'train.py'],
        environment: [{ name: 'AWS_REGION', value: 'eu-central-1' }],
        readonlyRootFilesystem: false,
      },
    ],
  }));
  expect(registered).toEqual(own);
  expect(new Set(jobs.account.cluster.tasks.map(({ family }) => family))).toEqual(
    new Set(own.map(({ family }) => family)),
  );
});

test('runs in all roles with one server and one worker, too', async () => {
  await jobs.run({ ...given, servers: 1, workers: 1 });

  expect(jobs.account.cluster.tasks.map(({ role }) => role)).toEqual(['server', 'scheduler', 'worker']);
});

test('leaves no task definition', async () => {
  const before = [...jobs.account.cluster.definitions.keys()];

  await jobs.run(given);

  expect([...jobs.account.cluster.definitions.keys()]).toEqual(before);
});

test('is done when scheduler and workers have ended well; the servers are stopped then', async () => {
  let serversLeft = 0;
  jobs.account.clock.after(450, () => {
    serversLeft = jobs.account.cluster.live.filter(({ role }) => role === 'server').length;
  });

  expect(await jobs.run(given)).toMatchObject({ status: 'SUCCEEDED', output: { files: [], evaluation: null } });
  expect(serversLeft).toBe(2);
});

test('whose workers fail too often fails, though its scheduler ended well', async () => {
  const { clock, cluster } = jobs.account;
  cluster.running = (task) => {
    if (task.role === 'worker') clock.after(20, () => cluster.end(task, 1));
    if (task.role === 'scheduler') clock.after(20, () => cluster.end(task, 0));
  };

  expect(await jobs.run(given)).toMatchObject({ status: 'FAILED', error: 'TaskFailed' });
});

test('has a server that is lost started again, under the name that the others know', async () => {
  const { clock, cluster, zone } = jobs.account;
  let first: FakeTask | undefined;
  let address: string | undefined;
  clock.after(200, () => {
    first = jobs.task('server');
    cluster.end(first, 1);
  });
  clock.after(300, () => {
    address = zone.hosts.get('server-0.modelapp.internal');
  });

  expect(await jobs.run(given)).toMatchObject({ status: 'SUCCEEDED' });
  const again = cluster.tasks.filter(({ environment }) => environment.DMLC_SERVER_ID === '0')[1]!;
  expect(again.environment.DMLC_NUM_ATTEMPT).toBe('1');
  expect(address).toBe(again.address);
  expect(address).not.toBe(first!.address);
});

test('has what it leaves in its output taken over, of which it need not make a manifest', async () => {
  jobs.account.artifacts.objects.set('jobs/ctr-1/out/net.params', Buffer.from('weights'));

  expect(await jobs.run(given)).toMatchObject({ output: { files: ['net.params'] } });
  expect(jobs.account.artifacts.objects.get('models/jobs/ctr-1/net.params')?.toString()).toBe('weights');
});
