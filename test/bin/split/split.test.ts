import { FakeListenerRule, ruleArn } from '../../lambda/support/fake-listener-rule';
import { FakeParameter } from '../../lambda/support/fake-parameter';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { fails } from '../aws/support/answers';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

let cloudFormation: FakeCloudFormation;
let rule: FakeListenerRule;
let parameter: FakeParameter;
let aws: Loopback;

const traffic: FakeStack = {
  name: 'ModelApp-Traffic',
  state: 'CREATE_COMPLETE',
  tags: { 'modelapp:stack': 'ModelApp-Traffic' },
  outputs: { Endpoint: 'http://traffic.example' },
};

const version = (name: string, outputs: Readonly<Record<string, string>>, state = 'CREATE_COMPLETE'): FakeStack => ({
  name,
  state,
  outputs,
});

const shared = { ExportsOutputRefShared0A1B2C3D: 'arn:group' };

const splitStack = (): FakeStack => ({
  name: 'ModelApp-Split',
  state: 'UPDATE_COMPLETE',
  protected: true,
  tags: { 'modelapp:stack': 'ModelApp-Split' },
  outputs: {
    Weights: '1.1.0:90,1.2.0:10',
    RuleArn: ruleArn,
    TargetGroups: JSON.stringify({ '1.1.0': 'arn:one', '1.2.0': 'arn:two' }).replaceAll('"', '&quot;'),
  },
});

beforeEach(async () => {
  cloudFormation = new FakeCloudFormation([traffic, version('ModelApp-1-1-0', shared)]);
  rule = new FakeListenerRule({ 'arn:one': 90, 'arn:two': 10 });
  parameter = new FakeParameter('/modelapp/split/guard');
  aws = await startLoopback(fakeSts(), rule.answerer, cloudFormation.answerer, parameter.answerer);
});

afterEach(() => aws.close());

const split = (...words: string[]): Promise<Ended> =>
  new ModelappCommand(writeProject(), awsAt(aws.url)).run('split', ...words);

describe('modelapp split', () => {
  test('shows how the load balancer splits traffic', async () => {
    cloudFormation.stacks.push(splitStack());

    expect(await split()).toEqual({
      stdout:
        'Endpoint: http://traffic.example\n' +
        'version  weight  share   deployed\n' +
        '1.1.0    90      90.0 %  90\n' +
        '1.2.0    10      10.0 %  10\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('shows what the rollout guard did to it', async () => {
    cloudFormation.stacks.push(splitStack());
    rule.groups = { 'arn:one': 90 };
    const removal = {
      version: '1.2.0',
      alarm: 'modelapp-1-2-0-errors',
      firedAt: '2026-01-02T03:04:00.000Z',
      reason: 'Threshold Crossed',
      at: '2026-01-02T03:04:05.000Z',
      before: { '1.1.0': 90, '1.2.0': 10 },
      after: { '1.1.0': 90 },
      announced: true,
    };
    parameter.versions.push(JSON.stringify({ split: removal.before, removals: [removal] }));

    const { stdout, exitCode } = await split('--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      endpoint: 'http://traffic.example',
      deployed: { '1.1.0': 90, '1.2.0': 10 },
      live: { '1.1.0': 90 },
      drifted: true,
      guard: [removal],
    });
  });

  test.each<[string, () => Answerer, string]>([
    ['denied', () => fails('GetParameter', 'AccessDeniedException', 'no', 403), 'AWS denies ssm:GetParameter: no'],
    [
      'broken',
      () => {
        parameter.versions.push('{');
        return parameter.answerer;
      },
      "the rollout guard's record cannot be read: it is not JSON",
    ],
  ])('shows it also where the record of the rollout guard is %s', async (_, given, reason) => {
    await aws.close();
    aws = await startLoopback(fakeSts(), rule.answerer, cloudFormation.answerer, given());
    cloudFormation.stacks.push(splitStack());

    const { stdout, exitCode } = await split();

    expect(exitCode).toBe(0);
    expect(stdout).toContain('1.2.0    10      10.0 %  10\n');
    expect(stdout).toContain(`What the rollout guard did is not known: ${reason}\n`);
  });

  test('says how to begin where traffic is not split', async () => {
    expect(await split()).toEqual({
      stdout:
        'Endpoint: http://traffic.example\nNo version takes traffic there; for example: modelapp split 1.2.0:100\n',
      stderr: '',
      exitCode: 0,
    });
  });
});

describe('modelapp split SPEC', () => {
  test.each<[string, () => void, string, number, string]>([
    [
      'without the shared entry',
      () => cloudFormation.stacks.splice(0, 1),
      '1.1.0:100',
      3,
      'ModelApp-Traffic is not deployed in eu-central-1; next: modelapp deploy --traffic',
    ],
    [
      'with a version that is not deployed',
      () => {},
      '1.1.0:90,1.2.0:10',
      3,
      'ModelApp-1-2-0 is not deployed in eu-central-1; deployed: 1.1.0',
    ],
    [
      'with a version that is not behind the shared entry',
      () => cloudFormation.stacks.push(version('ModelApp-1-2-0', {})),
      '1.1.0:90,1.2.0:10',
      3,
      'ModelApp-1-2-0 is not behind ModelApp-Traffic; next: modelapp deploy 1.2.0 --traffic',
    ],
    [
      'with a version that is being deployed',
      () => cloudFormation.stacks.push(version('ModelApp-1-2-0', shared, 'CREATE_IN_PROGRESS')),
      '1.2.0:100',
      3,
      'ModelApp-1-2-0 is CREATE_IN_PROGRESS: wait until that has ended; modelapp status 1.2.0 shows it',
    ],
    [
      'while the split is being changed',
      () => cloudFormation.stacks.push({ ...splitStack(), state: 'UPDATE_IN_PROGRESS' }),
      '1.1.0:100',
      5,
      'ModelApp-Split is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status shows it',
    ],
    [
      'on a split that failed for good',
      () =>
        cloudFormation.stacks.push({
          ...splitStack(),
          state: 'DELETE_FAILED',
          events: [
            { id: '1', resource: 'ModelApp-Split', state: 'DELETE_IN_PROGRESS', ofStack: true },
            { id: '2', resource: 'Rule', state: 'DELETE_FAILED', reason: 'no permission' },
          ],
        }),
      '1.1.0:100',
      5,
      'ModelApp-Split is DELETE_FAILED (Rule: no permission); next: modelapp split off',
    ],
    [
      'with a weight that is none',
      () => {},
      '1.1.0:1000',
      2,
      "split: '1.1.0:1000': the weight '1000' is not a whole number from 0 to 999",
    ],
    [
      'with a version twice',
      () => {},
      '1.1.0:1,1.1.0:2',
      2,
      "split: '1.1.0' stands there twice: give each version one weight",
    ],
  ])('%s says so', async (_, given, spec, code, message) => {
    given();

    expect(await split(spec)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: code });
  });
});

describe('modelapp split off', () => {
  test('waits for what runs on the split, and names the command that shows it', async () => {
    cloudFormation.stacks.push({ ...splitStack(), state: 'UPDATE_IN_PROGRESS' });

    expect(await split('off')).toEqual({
      stdout: '',
      stderr: 'modelapp: ModelApp-Split is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status shows it\n',
      exitCode: 5,
    });
  });

  test('removes a split that was only announced', async () => {
    const announced: FakeStack = { ...splitStack(), state: 'REVIEW_IN_PROGRESS' };
    cloudFormation.stacks.push(announced);

    expect((await split('off')).stdout).toBe('Traffic is no longer split\n');
    expect(announced.state).toBe('DELETE_COMPLETE');
  });

  test('lifts the protection and removes the stack', async () => {
    const stack = splitStack();
    cloudFormation.stacks.push(stack);

    const { stdout, stderr, exitCode } = await split('off');

    expect([stdout, exitCode]).toEqual(['Traffic is no longer split\n', 0]);
    expect(stderr).toContain('Deleting ModelApp-Split\n');
    expect(stack).toMatchObject({ protected: false, state: 'DELETE_COMPLETE' });
  });

  test('says so if there is no split', async () => {
    expect(await split('off')).toEqual({ stdout: 'Traffic was not split\n', stderr: '', exitCode: 0 });
    expect((await split('off', '--json')).stdout).toBe('{\n  "removed": false\n}\n');
  });

  test('names what could not be deleted', async () => {
    cloudFormation.stacks.push(splitStack());
    cloudFormation.deleting = async () => [{ resource: 'Rule', reason: 'no permission' }];

    const { stderr, exitCode } = await split('off');

    expect(exitCode).toBe(1);
    expect(stderr).toContain('modelapp: ModelApp-Split was not deleted: Rule: no permission\n');
  });
});
