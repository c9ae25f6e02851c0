import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson, fails } from '../aws/support/answers';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

interface Event {
  readonly eventId: string;
  readonly timestamp: number;
  readonly message: string;
  readonly logStreamName: string;
}

interface Query {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly filterPattern?: string;
  readonly nextToken?: string;
}

/** CloudWatch Logs with one group, two lines to a page. */
class FakeLogs {
  readonly events: Event[] = [];
  readonly queries: Query[] = [];

  add(message: string, ageMs: number): void {
    const eventId = String(this.events.length);
    const logStreamName = 'task/service/3f2a91bc0d4e4f6f8a7b6c5d4e3f2a1b';
    this.events.push({ eventId, timestamp: Date.now() - ageMs, message, logStreamName });
  }

  readonly answerer: Answerer = answersJson('Logs_20140328.FilterLogEvents', (query: Query) => {
    this.queries.push(query);
    const found = this.events
      .filter(({ timestamp }) => timestamp >= query.startTime)
      .sort((a, b) => a.timestamp - b.timestamp);
    const from = Number(query.nextToken ?? 0);
    return { events: found.slice(from, from + 2), ...(from + 2 < found.length && { nextToken: String(from + 2) }) };
  });
}

let log: FakeLogs;
const servers: Loopback[] = [];

beforeEach(() => {
  log = new FakeLogs();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function modelapp(...answerers: Answerer[]): Promise<ModelappCommand> {
  const stacks = [{ name: 'ModelApp-1-2-0', state: 'CREATE_IN_PROGRESS' }];
  const aws = await startLoopback(...answerers, fakeSts(), log.answerer, new FakeCloudFormation(stacks).answerer);
  servers.push(aws);
  return new ModelappCommand(writeProject(), awsAt(aws.url));
}

const logs = async (...words: string[]): Promise<Ended> => (await modelapp()).run('logs', ...words);
const texts = (stdout: string): string[] => stdout.split('\n').flatMap((line) => line.split('  ')[2] ?? []);
const refused = (stderr: string, exitCode: number): Ended => ({
  stdout: '',
  stderr: `modelapp: ${stderr}\n`,
  exitCode,
});

test('prints the lines of the last ten minutes with their time and task', async () => {
  log.add('too old\n', 11 * 60_000);
  for (const message of ['one\n', 'two\n', 'three\n']) log.add(message, 60_000);

  const { stdout, stderr, exitCode } = await logs();

  const at = new Date(log.events[1]!.timestamp).toISOString();
  expect(stdout.split('\n')[0]).toBe(`${at}  3f2a91bc  one`);
  expect(texts(stdout)).toEqual(['one', 'two', 'three']);
  expect([stderr, exitCode]).toEqual(['', 0]);
});

test('asks for the log of the version, the pattern and the time that are named', async () => {
  await logs('1.1.0', '--since', '2026-01-02T03:04', '--filter', '{ $.level >= 40 }');

  expect(log.queries).toEqual([
    {
      logGroupName: '/modelapp/1-1-0/service',
      startTime: Date.parse('2026-01-02T03:04Z'),
      filterPattern: '{ $.level >= 40 }',
    },
  ]);
});

test('asks for the log of the event server', async () => {
  await logs('events');

  expect(log.queries).toMatchObject([{ logGroupName: '/modelapp/events/service' }]);
});

test('as JSON prints one list', async () => {
  for (const message of ['{"msg":"one"}', 'two', 'three']) log.add(message, 1_000);

  const { stdout } = await logs('--json');

  expect(JSON.parse(stdout)).toEqual(
    log.events.map(({ timestamp, logStreamName, message }) => ({
      at: new Date(timestamp).toISOString(),
      stream: logStreamName,
      text: message,
    })),
  );
});

test('without lines says how to look further back, and prints an empty list as JSON', async () => {
  expect(await logs('--since', '2026-01-02')).toEqual({
    stdout: '',
    stderr: 'No lines since 2026-01-02T00:00:00.000Z; --since looks further back\n',
    exitCode: 0,
  });
  expect(await logs('--json')).toEqual({ stdout: '[]\n', stderr: '', exitCode: 0 });
});

test('a version that is not deployed is named, with those that are', async () => {
  const gone = fails('FilterLogEvents', 'ResourceNotFoundException', 'The specified log group does not exist.');

  expect(await (await modelapp(gone)).run('logs', '1.0.0')).toEqual(
    refused('ModelApp-1-0-0 is not deployed in eu-central-1; deployed: 1.2.0; ModelApp-1-2-0 is CREATE_IN_PROGRESS', 3),
  );
});

test('a version that has no log yet is told with its state', async () => {
  const gone = fails('FilterLogEvents', 'ResourceNotFoundException', 'The specified log group does not exist.');

  expect(await (await modelapp(gone)).run('logs')).toEqual(
    refused('ModelApp-1-2-0 is CREATE_IN_PROGRESS and has no log yet', 3),
  );
});

test('a pattern that CloudWatch does not understand is a usage error', async () => {
  const invalid = fails('FilterLogEvents', 'InvalidParameterException', 'Invalid filter pattern');

  expect(await (await modelapp(invalid)).run('logs', '--filter', '{')).toEqual(
    refused('--filter: Invalid filter pattern', 2),
  );
});

test('a denial names the action', async () => {
  const denied = fails('FilterLogEvents', 'AccessDeniedException', 'no');

  expect(await (await modelapp(denied)).run('logs')).toEqual(refused('AWS denies logs:FilterLogEvents: no', 4));
});

test.each([
  [
    ['--since', 'yesterday'],
    "--since: 'yesterday' is neither an age such as 15m, 2h or 3d nor a time such as 2026-01-31T12:00",
  ],
  [
    ['latest'],
    "'latest' is not a version: write MAJOR.MINOR.PATCH without leading zeros, for example 1.2.0; or write events, or training",
  ],
])('%j is a usage error', async (words, message) => {
  expect(await logs(...words)).toEqual(refused(message, 2));
});

describe('--follow', () => {
  async function follow(command: ModelappCommand, ...words: string[]) {
    const child = command.start('logs', '--follow', ...words);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const errors = text(child.stderr!);
    return { child, errors, next: async () => (await lines.next()).value?.split('  ').at(-1) };
  }

  test('prints each line once, also one that shows up late, until Ctrl-C ends it without a word', async () => {
    log.add('there', 30_000);
    const { child, errors, next } = await follow(await modelapp());

    expect(await next()).toBe('there');
    log.add('new', 0);
    expect(await next()).toBe('new');
    log.add('late', 20_000);
    expect(await next()).toBe('late');
    log.add('last', 0);
    expect(await next()).toBe('last');

    child.kill('SIGINT');
    const [, signal] = await once(child, 'close');
    expect([signal, await errors]).toEqual(['SIGINT', '']);
  });

  test('outlives an outage without losing a line', async () => {
    let down = false;
    const outage = fails('FilterLogEvents', 'ThrottlingException', 'Rate exceeded');
    const { child, errors, next } = await follow(await modelapp((request) => (down ? outage(request) : undefined)));
    log.add('before', 0);
    expect(await next()).toBe('before');

    down = true;
    log.add('meanwhile', 0);
    await once(child.stderr!, 'data');
    down = false;

    expect(await next()).toBe('meanwhile');
    child.kill('SIGINT');
    expect(await errors).toMatch(/^modelapp: Rate exceeded; trying again\n/);
  });

  test('ends when nobody reads any more', async () => {
    log.add('one', 0);
    const { child, next } = await follow(await modelapp());
    expect(await next()).toBe('one');

    child.stdout!.destroy();
    for (const message of ['two', 'three', 'four']) log.add(message, 0);

    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(0);
  });

  test('as JSON prints each line as a document', async () => {
    log.add('one', 0);
    const { child, next } = await follow(await modelapp(), '--json');

    expect(JSON.parse((await next())!)).toMatchObject({ text: 'one' });
    child.kill();
    await once(child, 'close');
  });

  test('ends if the version is reverted meanwhile', async () => {
    let gone = false;
    const missing = fails('FilterLogEvents', 'ResourceNotFoundException', 'The specified log group does not exist.');
    const { child, errors, next } = await follow(
      await modelapp((request) => (gone ? missing(request) : undefined)),
      '1.0.0',
    );
    log.add('one', 0);
    expect(await next()).toBe('one');

    gone = true;

    const [exitCode] = await once(child, 'close');
    expect(exitCode).toBe(3);
    expect(await errors).toBe(
      'modelapp: ModelApp-1-0-0 is not deployed in eu-central-1; deployed: 1.2.0; ModelApp-1-2-0 is CREATE_IN_PROGRESS\n',
    );
  });
});
