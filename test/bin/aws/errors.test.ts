import { createServer } from 'node:net';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { fails } from './support/answers';
import { awsAt, type Ended, ModelappCommand } from './support/command';
import { FakeCloudFormation } from './support/fake-cloudformation';
import { fakeSts } from './support/fake-sts';
import { writeProject } from './support/project';

jest.setTimeout(120_000);

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Circumstances {
  readonly answerers?: readonly Answerer[];
  readonly variables?: NodeJS.ProcessEnv;
  readonly aws?: Parameters<typeof writeProject>[0];
}

/** Runs a command against an empty account. */
async function modelapp(
  words: readonly string[],
  { answerers = [], variables, aws }: Circumstances = {},
): Promise<Ended> {
  const server = await startLoopback(...answerers, fakeSts(), new FakeCloudFormation().answerer);
  servers.push(server);
  return new ModelappCommand(writeProject(aws), { ...awsAt(server.url), ...variables }).run(...words);
}

const refused = (stderr: string, exitCode: number): Ended => ({
  stdout: '',
  stderr: `modelapp: ${stderr}\n`,
  exitCode,
});

const signIn =
  'sign in (aws sso login, aws configure), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

describe.each([['endpoint'], ['versions'], ['status'], ['logs'], ['deploy'], ['split'], ['revert', '1.2.0']])(
  'modelapp %s',
  (...words) => {
    test('without a region calls nobody and says where one may stand', async () => {
      let calls = 0;
      const count: Answerer = () => {
        calls++;
        return undefined;
      };

      const ended = await modelapp(words, { answerers: [count], variables: { AWS_REGION: '' } });

      expect(ended).toEqual(
        refused(
          'No AWS region: pass --region, set aws.region in modelapp.config.ts or AWS_REGION, or give the profile a region',
          4,
        ),
      );
      expect(calls).toBe(0);
    });

    test('without credentials says so', async () => {
      const ended = await modelapp(words, { variables: { AWS_ACCESS_KEY_ID: '' } });

      expect(ended).toEqual(
        refused(`No usable AWS credentials: Could not load credentials from any providers; ${signIn}`, 4),
      );
    });

    test('with a region that is none refuses it', async () => {
      expect(await modelapp([...words, '--region', 'Frankfurt'])).toEqual(
        refused("'Frankfurt' is not an AWS region: write for example eu-central-1", 2),
      );
    });

    test('has a help with an example', async () => {
      const { stdout, exitCode } = await modelapp([...words, '--help']);

      expect(stdout).toContain(`\nExamples:\n  modelapp ${words.join(' ')}`);
      for (const option of ['--region', '--config', '--json']) expect(stdout).toContain(option);
      expect(exitCode).toBe(0);
    });
  },
);

test.each([
  ['status', '; or write events, or training'],
  ['logs', '; or write events, or training'],
  ['deploy', '; or write events, or training'],
  ['revert', ''],
])('modelapp %s refuses what is no version', async (verb, others) => {
  expect(await modelapp([verb, '1.2'])).toEqual(
    refused(`'1.2' is not a version: write MAJOR.MINOR.PATCH without leading zeros, for example 1.2.0${others}`, 2),
  );
});

test.each(['1.2', 'Traffic'])('modelapp endpoint %s is told what else it may be', async (target) => {
  expect(await modelapp(['endpoint', target])).toEqual(
    refused(`'${target}' is neither a version such as 1.2.0, nor 'events', nor 'traffic'`, 2),
  );
});

test('credentials that AWS refuses are told with its reason', async () => {
  const answerers = [
    fails('GetCallerIdentity', 'ExpiredToken', 'The security token included in the request is expired', 403),
  ];

  expect(await modelapp(['endpoint'], { answerers })).toEqual(
    refused(`No usable AWS credentials: The security token included in the request is expired; ${signIn}`, 4),
  );
});

test('credentials that expire on the way are told as such', async () => {
  const answerers = [
    fails('DescribeStacks', 'ExpiredToken', 'The security token included in the request is expired', 403),
  ];

  expect(await modelapp(['endpoint'], { answerers })).toEqual(
    refused(`No usable AWS credentials: The security token included in the request is expired; ${signIn}`, 4),
  );
});

test('credentials of another account than the configured one are refused', async () => {
  expect(await modelapp(['endpoint'], { aws: { account: '999999999999' } })).toEqual(
    refused(
      'The AWS credentials are of account 123456789012, but aws.account is 999999999999: use credentials of that account',
      4,
    ),
  );
});

test.each([
  [
    'User: arn:aws:iam::123456789012:user/ann is not authorized to perform: cloudformation:DescribeStacks because no identity-based policy allows it',
    'cloudformation:DescribeStacks',
  ],
  ['Access denied', 'cloudformation:DescribeStacks'],
])('a denial, %j, names the action', async (message, action) => {
  const answerers = [fails('DescribeStacks', 'AccessDenied', message, 403)];

  expect(await modelapp(['endpoint'], { answerers })).toEqual(refused(`AWS denies ${action}: ${message}`, 4));
});

test('a service that throttles for too long is named', async () => {
  const answerers = [fails('DescribeStacks', 'Throttling', 'Rate exceeded')];

  expect(await modelapp(['endpoint'], { answerers })).toEqual(
    refused('AWS is throttling cloudformation:DescribeStacks: try again in a minute', 1),
  );
});

test('a failure of another kind is told with what was asked', async () => {
  const answerers = [fails('DescribeStacks', 'ValidationError', '1 validation error detected')];

  expect(await modelapp(['endpoint'], { answerers })).toEqual(
    refused('cloudformation:DescribeStacks failed: 1 validation error detected', 1),
  );
});

test('an endpoint that nobody listens on is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));

  const ended = await modelapp(['endpoint'], { variables: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` } });

  expect(ended).toEqual(refused(`No usable AWS credentials: cannot reach 127.0.0.1:${port} (ECONNREFUSED)`, 4));
});

test('an unknown configuration file is a usage error', async () => {
  expect(await modelapp(['endpoint', '--config', 'nowhere.ts'])).toEqual(
    refused('nowhere.ts: there is no such file', 2),
  );
});
