import { FakeEcr } from '../../lambda/support/fake-ecr';
import { FakeParameter } from '../../lambda/support/fake-parameter';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

let cloudFormation: FakeCloudFormation;
let bootstrap: FakeParameter;
let ecr: FakeEcr;
let aws: Loopback;

const stack = (name: string, state = 'CREATE_COMPLETE'): FakeStack => ({
  name,
  state,
  tags: { 'modelapp:stack': name },
  events: [
    { id: '1', resource: name, state: 'CREATE_IN_PROGRESS', ofStack: true },
    { id: '2', resource: 'Service', state: 'CREATE_FAILED', reason: 'the tasks are not healthy' },
    { id: '3', resource: 'Alarm', state: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
  ],
});

beforeEach(async () => {
  cloudFormation = new FakeCloudFormation([stack('ModelApp-Base')]);
  bootstrap = new FakeParameter('/cdk-bootstrap/hnb659fds/version');
  bootstrap.versions.push('28');
  ecr = new FakeEcr('modelapp');
  aws = await startLoopback(fakeSts(), ecr.answerer, bootstrap.answerer, cloudFormation.answerer);
});

afterEach(() => aws.close());

const deploy = (...words: string[]): Promise<Ended> =>
  new ModelappCommand(writeProject(), { ...awsAt(aws.url), CDK_DOCKER: 'no-such-docker' }).run('deploy', ...words);

test.each<[string, () => void, number, string]>([
  [
    'an account that is not set up for the CDK',
    () => bootstrap.versions.pop(),
    3,
    'Account 123456789012 is not set up for the CDK in eu-central-1; once, run: npx cdk bootstrap aws://123456789012/eu-central-1',
  ],
  [
    'an image without its stack',
    () => ecr.push('1.2.0', 'a'.repeat(64)),
    5,
    'the image modelapp:1.2.0 was left by a failed deploy: modelapp revert 1.2.0',
  ],
  [
    'an image of a creation that failed',
    () => {
      ecr.push('1.2.0', 'a'.repeat(64));
      cloudFormation.stacks.push(stack('ModelApp-1-2-0', 'ROLLBACK_COMPLETE'));
    },
    5,
    'the image modelapp:1.2.0 was left by a failed deploy: modelapp revert 1.2.0',
  ],
  [
    'a version that is being deployed',
    () => cloudFormation.stacks.push(stack('ModelApp-1-2-0', 'CREATE_IN_PROGRESS')),
    5,
    'ModelApp-1-2-0 is CREATE_IN_PROGRESS: wait until that has ended; modelapp status 1.2.0 shows it',
  ],
  [
    'a version that failed for good',
    () => cloudFormation.stacks.push(stack('ModelApp-1-2-0', 'ROLLBACK_FAILED')),
    5,
    'ModelApp-1-2-0 is ROLLBACK_FAILED (Service: the tasks are not healthy); next: modelapp revert 1.2.0',
  ],
  [
    'an update whose rollback failed',
    () => cloudFormation.stacks.push(stack('ModelApp-1-2-0', 'UPDATE_ROLLBACK_FAILED')),
    5,
    'ModelApp-1-2-0 is UPDATE_ROLLBACK_FAILED (Service: the tasks are not healthy); next: npx cdk rollback ModelApp-1-2-0',
  ],
  [
    'a base that could not be deleted, without the versions that depend on it',
    () => cloudFormation.stacks.splice(0, 1, stack('ModelApp-Base', 'DELETE_FAILED')),
    5,
    'ModelApp-Base is DELETE_FAILED (Service: the tasks are not healthy); next: npx cdk destroy ModelApp-Base --exclusively',
  ],
  [
    'a base that is being changed',
    () => cloudFormation.stacks.splice(0, 1, stack('ModelApp-Base', 'UPDATE_IN_PROGRESS')),
    5,
    'ModelApp-Base is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status shows it',
  ],
  [
    'a machine without Docker',
    () => {},
    1,
    'The image of 1.2.0 has to be built, and no-such-docker does not answer (there is no such program): install or start Docker',
  ],
])('%s is told before anything is changed', async (_, given, code, message) => {
  given();

  expect(await deploy('--yes')).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: code });
});

describe('of what training jobs run on', () => {
  test.each<[string, string, string]>([
    [
      'that is being deployed',
      'UPDATE_IN_PROGRESS',
      'ModelApp-Training is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status training shows it',
    ],
    [
      'that failed for good',
      'DELETE_FAILED',
      'ModelApp-Training is DELETE_FAILED (Service: the tasks are not healthy); next: npx cdk destroy ModelApp-Training -c training=true',
    ],
  ])('a stack %s is told before anything is changed', async (_, state, message) => {
    cloudFormation.stacks.push(stack('ModelApp-Training', state));

    expect(await deploy('training', '--yes')).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: 5 });
  });

  test('--traffic is refused, as it takes no requests', async () => {
    expect(await deploy('training', '--traffic')).toMatchObject({
      stderr: expect.stringContaining('--traffic: what training jobs run on is no version; it takes no requests'),
      exitCode: 2,
    });
  });
});

test('an older version that was never deployed belongs to its own tree', async () => {
  expect(await deploy('1.1.0', '--yes')).toEqual({
    stdout: '',
    stderr: 'modelapp: 1.1.0 was never released here: deploy it from its own tree\n',
    exitCode: 5,
  });
});

describe('of the event server', () => {
  test.each<[string, string, string]>([
    [
      'that is being deployed',
      'UPDATE_IN_PROGRESS',
      'ModelApp-Events is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status events shows it',
    ],
    [
      'that failed for good',
      'DELETE_FAILED',
      'ModelApp-Events is DELETE_FAILED (Service: the tasks are not healthy); next: npx cdk destroy ModelApp-Events -c events=true',
    ],
  ])('a stack %s is told before anything is changed', async (_, state, message) => {
    cloudFormation.stacks.push(stack('ModelApp-Events', state));

    expect(await deploy('events', '--yes')).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: 5 });
  });

  test('--traffic is refused, as only versions share an entry', async () => {
    expect(await deploy('events', '--traffic')).toMatchObject({
      stderr: expect.stringContaining('--traffic: the event server is no version'),
      exitCode: 2,
    });
  });
});
