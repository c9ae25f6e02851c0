import { fakeSecret } from '../../lambda/support/fake-secrets';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:ApiKeys-a1b2c3';
const url = 'http://one.eu-central-1.elb.amazonaws.com';

let aws: Loopback;
let stacks: FakeStack[];

beforeEach(async () => {
  const cloudFormation = new FakeCloudFormation();
  stacks = cloudFormation.stacks;
  const secret = fakeSecret(secretArn, { predict: 'key-to-predict', admin: 'key-to-rule' });
  aws = await startLoopback(fakeSts(), cloudFormation.answerer, secret);
});

afterEach(() => aws.close());

const endpoint = (...words: string[]): Promise<Ended> =>
  new ModelappCommand(writeProject(), awsAt(aws.url)).run('endpoint', ...words);

const deployed = (name: string, stack: Partial<FakeStack> = {}): FakeStack => ({
  name,
  state: 'CREATE_COMPLETE',
  outputs: { Endpoint: url, URL: url },
  ...stack,
});

const printed = (stdout: string): Ended => ({ stdout, stderr: '', exitCode: 0 });
const refused = (stderr: string, exitCode: number): Ended => ({
  stdout: '',
  stderr: `modelapp: ${stderr}\n`,
  exitCode,
});

test('prints the URL of the version in VERSION, and nothing else', async () => {
  stacks.push(deployed('ModelApp-1-2-0'));

  expect(await endpoint()).toEqual(printed(`${url}\n`));
});

test('prints the URL of the version that is asked for', async () => {
  stacks.push(deployed('ModelApp-1-2-0'), deployed('ModelApp-1-1-0', { outputs: { Endpoint: 'http://other' } }));

  expect(await endpoint('1.1.0')).toEqual(printed('http://other\n'));
});

test('prints the URL of the entry that versions share', async () => {
  stacks.push(deployed('ModelApp-Traffic', { outputs: { Endpoint: 'http://shared' } }));

  expect(await endpoint('traffic')).toEqual(printed('http://shared\n'));
});

test('prints the URL of the event server', async () => {
  stacks.push(deployed('ModelApp-Events', { outputs: { Endpoint: 'http://events' } }));

  expect(await endpoint('events')).toEqual(printed('http://events\n'));
});

test('refuses --key for the event server, and names the command for its keys', async () => {
  expect(await endpoint('events', '--key')).toEqual(
    refused('--key: the event server has access keys, one for each app: pio accesskey', 2),
  );
});

test.each([
  [
    'UPDATE_IN_PROGRESS',
    'ModelApp-Events is UPDATE_IN_PROGRESS: wait until that has ended; modelapp status events shows it',
  ],
  [
    'DELETE_FAILED',
    'ModelApp-Events is DELETE_FAILED (CloudFormation gives no reason); next: npx cdk destroy ModelApp-Events -c events=true',
  ],
  [
    'ROLLBACK_COMPLETE',
    'ModelApp-Events is ROLLBACK_COMPLETE (CloudFormation gives no reason); next: modelapp deploy events',
  ],
])('of an event server that is %s says what to do', async (state, message) => {
  stacks.push(deployed('ModelApp-Events', { state }));

  expect(await endpoint('events')).toEqual(refused(message, 3));
});

test('as JSON names the stack and its state', async () => {
  stacks.push(deployed('ModelApp-1-2-0'));

  const { stdout } = await endpoint('--json');

  expect(JSON.parse(stdout)).toEqual({ stack: 'ModelApp-1-2-0', state: 'CREATE_COMPLETE', url });
});

test.each([
  [['--key'], 'key-to-predict'],
  [['--key', '--scope', 'admin'], 'key-to-rule'],
  [['--scope', 'admin'], 'key-to-rule'],
])('with %j prints the generated key, and nothing else', async (words, key) => {
  stacks.push(deployed('ModelApp-1-2-0', { outputs: { Endpoint: url, ApiKeysSecret: secretArn } }));

  expect(await endpoint('1.2.0', ...words)).toEqual(printed(`${key}\n`));
});

test('with --key and --json prints both URL and key', async () => {
  stacks.push(deployed('ModelApp-1-2-0', { outputs: { Endpoint: url, ApiKeysSecret: secretArn } }));

  const { stdout } = await endpoint('--key', '--json');

  expect(JSON.parse(stdout)).toMatchObject({ url, scope: 'predict', key: 'key-to-predict' });
});

test('says that a version without generated keys has none', async () => {
  stacks.push(deployed('ModelApp-1-2-0'));

  expect(await endpoint('--key')).toEqual(
    refused('ModelApp-1-2-0 has no generated keys: auth in modelapp.config.ts names its credentials, or opens it', 3),
  );
});

test('refuses --key for the entry that versions share', async () => {
  expect(await endpoint('traffic', '--key')).toEqual(
    refused('--key: each version has keys of its own; name a version', 2),
  );
});

test('of a version that is not there names those that are', async () => {
  stacks.push(deployed('ModelApp-1-0-0'), deployed('ModelApp-1-1-0'), deployed('ModelApp-Base'));

  expect(await endpoint()).toEqual(
    refused('ModelApp-1-2-0 is not deployed in eu-central-1; deployed: 1.0.0, 1.1.0', 3),
  );
});

test('in an empty account says that no version is deployed', async () => {
  expect(await endpoint()).toEqual(refused('ModelApp-1-2-0 is not deployed in eu-central-1; deployed: no version', 3));
});

test('a stack that a change set left without resources is not deployed', async () => {
  stacks.push(deployed('ModelApp-1-2-0', { state: 'REVIEW_IN_PROGRESS', outputs: {} }));

  expect(await endpoint()).toEqual(refused('ModelApp-1-2-0 is not deployed in eu-central-1; deployed: no version', 3));
});

test('of a stack in progress tells its state', async () => {
  stacks.push(deployed('ModelApp-1-2-0', { state: 'CREATE_IN_PROGRESS', outputs: {} }));

  expect(await endpoint()).toEqual(
    refused('ModelApp-1-2-0 is CREATE_IN_PROGRESS: wait until that has ended; modelapp status 1.2.0 shows it', 3),
  );
});

const events = [
  { id: '1', resource: 'ModelApp', state: 'CREATE_IN_PROGRESS', ofStack: true },
  { id: '2', resource: 'Service', state: 'CREATE_FAILED', reason: 'circuit breaker' },
  { id: '3', resource: 'Entry', state: 'CREATE_FAILED', reason: 'Resource creation cancelled' },
];

test.each([
  ['ModelApp-1-2-0', '1.2.0', 'ROLLBACK_COMPLETE', 'modelapp deploy'],
  ['ModelApp-1-1-0', '1.1.0', 'ROLLBACK_COMPLETE', 'modelapp deploy 1.1.0'],
  ['ModelApp-1-2-0', '1.2.0', 'CREATE_FAILED', 'modelapp revert 1.2.0'],
  ['ModelApp-1-2-0', '1.2.0', 'ROLLBACK_FAILED', 'modelapp revert 1.2.0'],
  ['ModelApp-1-2-0', '1.2.0', 'DELETE_FAILED', 'modelapp revert 1.2.0'],
  ['ModelApp-1-2-0', '1.2.0', 'UPDATE_ROLLBACK_FAILED', 'npx cdk rollback ModelApp-1-2-0'],
  ['ModelApp-Traffic', 'traffic', 'ROLLBACK_COMPLETE', 'modelapp deploy --traffic'],
])('%s, asked for as %s, is %s: what failed first and the next command, %s', async (name, target, state, next) => {
  stacks.push(deployed(name, { state, events }));

  expect(await endpoint(target)).toEqual(refused(`${name} is ${state} (Service: circuit breaker); next: ${next}`, 3));
});

test('a version whose update was rolled back still answers, with a note', async () => {
  stacks.push(deployed('ModelApp-1-2-0', { state: 'UPDATE_ROLLBACK_COMPLETE', events }));

  const note =
    'The last update failed, what stood before it answers: UPDATE_ROLLBACK_COMPLETE (Service: circuit breaker); next: modelapp deploy\n';
  expect(await endpoint()).toEqual({ stdout: `${url}\n`, stderr: note, exitCode: 0 });
});
