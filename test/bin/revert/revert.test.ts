import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { writeProject } from '../aws/support/project';
import { Deployment, Surroundings } from './support/deployment';

const archive = 'archives/1.2.0/0a1b2c3d';

let surroundings: Surroundings;
let deployment: Deployment;
let project: string;

beforeAll(async () => {
  surroundings = await Surroundings.start();
});

beforeEach(async () => {
  deployment = await Deployment.start(surroundings);
  project = writeProject({}, { version: '1.2.0', versions: ['1.1.0', '1.2.0'] });
  await deployment.deployVersion('1.1.0', { predictions: 3 });
});

afterEach(() => deployment.stop());
afterAll(() => surroundings?.stop());

const revert = (...words: string[]): Promise<Ended> =>
  new ModelappCommand(project, awsAt(deployment.url)).run('revert', ...words);

const listed = (): unknown => JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8')).context['modelapp:versions'];

const versionStack = () => deployment.cloudFormation.stacks.find(({ name }) => name === 'ModelApp-1-2-0')!;

/** What is said of the tables of version 1.2.0. */
const tables = [
  '  table  evaluations_1_2_0       0 rows',
  '  table  inputs_1_2_0            25 rows',
  '  table  jobs_1_2_0              0 rows',
  '  table  leases_1_2_0            0 rows',
  '  table  models_1_2_0            0 rows',
  '  table  observations_1_2_0      0 rows',
  '  table  observed_models_1_2_0   0 rows',
  '  table  online_revisions_1_2_0  0 rows',
  '  table  online_updates_1_2_0    0 rows',
  '  table  outputs_1_2_0           0 rows',
  '  table  processes_1_2_0         0 rows',
  '  table  revisions_1_2_0         0 rows',
  '  table  schedules_1_2_0         0 rows',
  '  table  spools_1_2_0            0 rows',
  '  table  user_weights_1_2_0      0 rows',
  '  table  variants_1_2_0          0 rows',
  '  table  feedback                25 rows',
];

describe('of a version that is live', () => {
  beforeEach(() => deployment.deployVersion('1.2.0', { predictions: 25 }));

  test('it removes stack, tables and tag, and prints what went and where the archive is', async () => {
    const { stdout, exitCode } = await revert('1.2.0', '--yes');

    expect(stdout).toBe(
      [
        'Reverted 1.2.0 in eu-central-1. Removed:',
        '  stack  ModelApp-1-2-0',
        '  image  modelapp:1.2.0',
        ...tables,
        'Archive: s3://artifacts/archives/1.2.0/0a1b2c3d/',
        '',
      ].join('\n'),
    );
    expect(exitCode).toBe(0);
    expect(versionStack().state).toBe('DELETE_COMPLETE');
    expect(await deployment.inDatabase('1.2.0')).toEqual([]);
    expect([...deployment.ecr.tags.keys()]).toEqual(['1.1.0']);
    expect(listed()).toEqual(['1.1.0']);
  });

  test('it shows on stderr what will go, every step, and nothing else', async () => {
    const { stderr } = await revert('1.2.0', '--yes');

    expect(stderr.replaceAll(/\d\d:\d\d:\d\d/g, 'hh:mm:ss').replaceAll(/sha256:\w{12}/g, 'sha256:…')).toBe(
      [
        'Looking at 1.2.0 in eu-central-1, account 123456789012',
        'These go with 1.2.0:',
        '  stack  ModelApp-1-2-0          CREATE_COMPLETE',
        '  image  modelapp:1.2.0          sha256:…',
        ...tables,
        '  role   modelapp_1_2_0          0 open connections',
        'The rows are archived first: s3://artifacts/archives/1.2.0/0a1b2c3d/',
        'These stay: 1.1.0',
        'Deleting ModelApp-1-2-0; Ctrl-C only stops the watching, and the same command goes on',
        'hh:mm:ss  DELETE_IN_PROGRESS  AWS::CloudFormation::Stack  ModelApp-1-2-0',
        'hh:mm:ss  DELETE_COMPLETE     AWS::ECS::Service  Service',
        'hh:mm:ss  DELETE_COMPLETE     AWS::ECS::Service  Tables',
        'hh:mm:ss  DELETE_COMPLETE     AWS::ECS::Service  Release',
        'hh:mm:ss  DELETE_COMPLETE     AWS::CloudFormation::Stack  ModelApp-1-2-0',
        'Verifying that nothing of it is left',
        '',
      ].join('\n'),
    );
  });

  test('it touches nothing of another version', async () => {
    const before = await deployment.inDatabase('1.1.0');

    await revert('1.2.0', '--yes');

    expect(await deployment.inDatabase('1.1.0')).toEqual(before);
    expect(await deployment.query('select count(*)::int from inputs_1_1_0')).toEqual([{ count: 3 }]);
    expect(await deployment.query('select count(*)::int from feedback')).toEqual([{ count: 3 }]);
  });

  test('it moves the files of the revisions into the archive, and tells how many', async () => {
    deployment.s3.objects.set('models/1.2.0/iris/1-aa.model', Buffer.from('a'));
    deployment.s3.objects.set('models/1.1.0/iris/1-bb.model', Buffer.from('b'));

    const { stdout, stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^ {2}files {2}models\/1\.2\.0\/ +1 file$/m);
    expect(stdout).toMatch(/^ {2}files {2}models\/1\.2\.0\/ +1 file$/m);
    expect([...deployment.s3.objects.keys()].filter((key) => key.includes('models/'))).toEqual([
      'models/1.1.0/iris/1-bb.model',
      `${archive}/models/iris/1-aa.model`,
    ]);
  });

  test('--json prints one document', async () => {
    const { stdout, exitCode } = await revert('1.2.0', '--yes', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      version: '1.2.0',
      region: 'eu-central-1',
      account: '123456789012',
      removed: {
        stack: 'ModelApp-1-2-0',
        image: 'modelapp:1.2.0',
        rows: expect.objectContaining({ inputs_1_2_0: 25, outputs_1_2_0: 0, feedback: 25 }),
        files: 0,
      },
      archive: {
        address: 's3://artifacts/archives/1.2.0/0a1b2c3d/',
        rows: expect.objectContaining({ inputs_1_2_0: 25, outputs_1_2_0: 0, feedback: 25 }),
        bytes: expect.any(Number),
      },
    });
  });

  test('--no-archive drops the tables without one, and leaves no mark', async () => {
    const { stdout, exitCode } = await revert('1.2.0', '--no-archive', '--yes', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).archive).toBeNull();
    expect([...deployment.s3.objects.keys()]).toEqual([]);
    expect(await deployment.inDatabase('1.2.0')).toEqual([]);
  });

  test('a mark of an earlier --no-archive does not cost the archive', async () => {
    deployment.s3.objects.set('archives/1.2.0/SKIP', Buffer.from(''));

    await revert('1.2.0', '--yes');

    expect(deployment.s3.json<{ dropped: boolean }>(`${archive}/manifest.json`).dropped).toBe(true);
    expect(deployment.s3.objects.has('archives/1.2.0/SKIP')).toBe(false);
  });

  test('it says of a cdk.json that cannot be read before it removes anything', async () => {
    writeFileSync(join(project, 'cdk.json'), '{');

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(stderr).toMatch(/^modelapp: \S+cdk\.json: is not valid JSON\n$/);
    expect(exitCode).toBe(2);
    expect(versionStack().state).toBe('CREATE_COMPLETE');
  });

  test('it asks, and without a terminal refuses', async () => {
    const { stdout, stderr, exitCode } = await revert('1.2.0');

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 5 });
    expect(stderr).toContain('table  inputs_1_2_0            25 rows\n');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'modelapp: Remove 1.2.0? There is no terminal to ask at: add --yes',
    );
    expect(versionStack().state).toBe('CREATE_COMPLETE');
  });

  test('it refuses while the version takes traffic, and names the split to run', async () => {
    deployment.cloudFormation.stacks.push({
      name: 'ModelApp-Split',
      state: 'CREATE_COMPLETE',
      outputs: { Weights: '1.1.0:90,1.2.0:10', RuleArn: 'arn:rule', TargetGroups: '{}' },
    });

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(stderr).toBe(
      'Looking at 1.2.0 in eu-central-1, account 123456789012\n' +
        'modelapp: 1.2.0 takes traffic (1.1.0:90,1.2.0:10); next: modelapp split 1.1.0:90\n',
    );
    expect(exitCode).toBe(5);
    expect(versionStack().state).toBe('CREATE_COMPLETE');
  });

  test('it refuses while something else is done to the stack', async () => {
    versionStack().state = 'UPDATE_IN_PROGRESS';

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(stderr).toContain(
      'modelapp: ModelApp-1-2-0 is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status 1.2.0 shows it\n',
    );
    expect(exitCode).toBe(5);
  });

  test('a deletion that fails is told with its first reason; the next one goes on', async () => {
    deployment.deletingService = async () => 'the service is still draining';
    const failed = await revert('1.2.0', '--yes');
    deployment.deletingService = async () => undefined;

    const again = await revert('1.2.0', '--yes');

    expect(failed.stderr).toContain(
      'modelapp: ModelApp-1-2-0 was not deleted: Service: the service is still draining\n',
    );
    expect([failed.exitCode, again.exitCode]).toEqual([1, 0]);
    expect(again.stderr).toContain('ModelApp-1-2-0 is DELETE_FAILED: Service: the service is still draining\n');
    expect(listed()).toEqual(['1.1.0']);
  });

  test('a deletion that CloudFormation cancels removes nothing', async () => {
    deployment.cloudFormation.cancelling = 'Delete canceled. Cannot delete export Shared as it is in use by Somebody';

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'modelapp: ModelApp-1-2-0 was not deleted: ModelApp-1-2-0: Delete canceled. Cannot delete export Shared as it is in use by Somebody\n',
    );
    expect(await deployment.query('select count(*)::int from inputs_1_2_0')).toEqual([{ count: 25 }]);
    expect([...deployment.ecr.tags.keys()].sort()).toEqual(['1.1.0', '1.2.0']);
    expect([...deployment.s3.objects.keys()]).toEqual([]);
  });

  test('a deletion whose time was too short is repeated', async () => {
    deployment.remaining = [900_000, 71_000, 71_000, 0];
    deployment.deletingService = async () => {
      if (deployment.s3.objects.has(`${archive}/manifest.json`)) deployment.remaining = undefined;
      return undefined;
    };

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/Deleting again \(1 of 10\): archived \d+ %: run it again/);
    expect(deployment.s3.json<{ dropped: boolean }>(`${archive}/manifest.json`).dropped).toBe(true);
  });

  test('after ten repetitions it gives up', async () => {
    let deletions = 0;
    deployment.deletingService = async () => `archived ${deletions++} %: run it again`;

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect([deletions, exitCode]).toEqual([11, 1]);
    expect(stderr).toContain('modelapp: ModelApp-1-2-0 was not deleted: Service: archived 10 %: run it again\n');
  });

  test('an archive that does not hold all rows is a failure', async () => {
    deployment.s3.stored = async (key) => {
      if (!key.endsWith('/manifest.json')) return;
      const manifest = deployment.s3.json<{ dropped: boolean; tables: { name: string; rows: number }[] }>(key);
      const inputs = manifest.tables.find(({ name }) => name === 'inputs_1_2_0');
      if (!manifest.dropped || !inputs) return;
      inputs.rows = 24;
      deployment.s3.objects.set(key, Buffer.from(JSON.stringify(manifest)));
    };

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'modelapp: 1.2.0 is not reverted yet; mend this and run it again:\n' +
        `modelapp: s3://artifacts/${archive}/: inputs_1_2_0 had 25 rows, and 24 are archived\n`,
    );
    expect(listed()).toEqual(['1.1.0', '1.2.0']);
  });

  test('what another version lost meanwhile is a failure', async () => {
    deployment.deletingService = async () => {
      await deployment.query('delete from inputs_1_1_0');
      deployment.ecr.tags.delete('1.1.0');
      return undefined;
    };

    const { stderr, exitCode } = await revert('1.2.0', '--yes');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('modelapp: the image tag 1.1.0 is gone or moved\n');
    expect(stderr).toContain('modelapp: inputs_1_1_0 of 1.1.0 had 3 rows and has 0\n');
  });
});

test('a version that was deployed without archive says so before it goes', async () => {
  await deployment.deployVersion('1.2.0', { predictions: 2, archive: false });

  const { stderr, exitCode } = await revert('1.2.0', '--yes');

  expect(exitCode).toBe(0);
  expect(stderr).toContain('The rows are lost: no archive\n');
  expect([...deployment.s3.objects.keys()]).toEqual([]);
});

describe('without a stack', () => {
  test('it removes the tables and the tag that a failed deploy left, and archives the rows', async () => {
    deployment.ecr.push('1.2.0', 'b'.repeat(64));
    await deployment.createTables('1.2.0');
    await deployment.predict('1.2.0', 4);

    const { stdout, exitCode } = await revert('1.2.0', '--yes', '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      removed: { stack: null, image: 'modelapp:1.2.0', rows: { inputs_1_2_0: 4, feedback: 4 } },
      archive: { rows: { inputs_1_2_0: 4, feedback: 4 } },
    });
    expect(JSON.parse(stdout).archive.address).toMatch(/^s3:\/\/artifacts\/archives\/1\.2\.0\/leftovers-[\dTZ-]+\/$/);
    expect(await deployment.inDatabase('1.2.0')).toEqual([]);
    expect([...deployment.ecr.tags.keys()]).toEqual(['1.1.0']);
  });

  test('it says that nothing is left, each time, and takes the version off the list', async () => {
    const first = await revert('1.2.0');
    const second = await revert('1.2.0', '--json');

    expect(first).toEqual({
      stdout: 'Nothing is left of 1.2.0 in eu-central-1\n',
      stderr: 'Looking at 1.2.0 in eu-central-1, account 123456789012\n',
      exitCode: 0,
    });
    expect(JSON.parse(second.stdout)).toEqual({
      version: '1.2.0',
      region: 'eu-central-1',
      account: '123456789012',
      removed: null,
      archive: null,
    });
    expect(listed()).toEqual(['1.1.0']);
  });

  test('it says so too where nothing was ever deployed', async () => {
    deployment.cloudFormation.stacks.length = 0;

    const { stdout, exitCode } = await revert('3.0.0');

    expect([stdout, exitCode]).toEqual(['Nothing is left of 3.0.0 in eu-central-1\n', 0]);
  });
});

test('a stack whose deletion is on its way is waited for', async () => {
  const stack = await deployment.deployVersion('1.2.0');
  stack.state = 'DELETE_IN_PROGRESS';
  stack.events = [{ id: '1', resource: stack.name, state: 'DELETE_IN_PROGRESS', ofStack: true }];
  deployment.cloudFormation.showing = async () => {
    deployment.cloudFormation.showing = async () => {};
    await deployment.deleteVersion(stack);
    stack.events!.push({ id: '2', resource: stack.name, state: 'DELETE_COMPLETE', ofStack: true });
    stack.state = 'DELETE_COMPLETE';
  };

  const { exitCode, stderr } = await revert('1.2.0', '--yes');

  expect(stderr).toContain('DELETE_COMPLETE');
  expect(exitCode).toBe(0);
});
