import { PassThrough, Readable } from 'node:stream';
import { keyCommand } from '../../../bin/commands/key';
import { resolveConfig } from '../../../config/resolve';
import type { AuthConfig } from '../../../config/schema';
import { createApiKeyCheck } from '../../../service/auth/api-key';
import { createBasicCheck } from '../../../service/auth/basic';

/** Runs `modelapp key …` and gives the lines it printed. */
async function run(argv: string[], typed = ''): Promise<string[]> {
  const stdout = new PassThrough();
  const command = keyCommand({ stdin: Readable.from([typed]), stdout, stderr: new PassThrough() });
  for (const verb of [command, ...command.commands]) verb.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(argv, { from: 'user' });
  return String(stdout.read()).trimEnd().split('\n');
}

/** The configuration that holds a printed line in the given list. */
function configured(list: 'apiKeys' | 'basic', line: string | undefined): AuthConfig {
  const entries: unknown = new Function(`return [${line}]`)();
  const models = {
    iris: { algorithm: 'softmax', source: { csv: 'x' }, target: 'y', mapping: [{ name: 'x', type: 'int' }] },
  };
  return resolveConfig({ models, auth: { [list]: entries } }).auth;
}

test('`key api` prints a key and the line that makes the service take it', async () => {
  // GIVEN
  const [, key, , line] = await run(['api', '--name', "Ann's board", '--scope', 'admin']);
  // WHEN
  const check = createApiKeyCheck(configured('apiKeys', line).apiKeys);
  // THEN
  expect(check(key as string)).toEqual({ name: "Ann's board", scopes: ['admin'] });
});

test('`key api` makes a predict key unless told otherwise', async () => {
  const [, , , line] = await run(['api']);
  expect(configured('apiKeys', line).apiKeys).toMatchObject([{ name: 'default', scopes: ['predict'] }]);
});

test('`key api` never makes the same key twice', async () => {
  const [first, second] = await Promise.all([run(['api']), run(['api'])]);
  expect(first[1]).not.toBe(second[1]);
});

test.each(['s3:cret', 's3:cret\n', 's3:cret\r\n'])(
  '`key basic` hashes the password of standard input: %j',
  async (typed) => {
    // GIVEN
    const [, line] = await run(['basic', 'ann', '--scope', 'admin'], typed);
    // WHEN
    const check = createBasicCheck(configured('basic', line).basic, Date.now);
    // THEN
    expect(await check('ann', 's3:cret')).toEqual({ name: 'ann', scopes: ['admin'] });
  },
);

test('`key basic` asks for the password at a terminal', async () => {
  // GIVEN
  const terminal = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const stdout = new PassThrough();
  // WHEN
  const done = keyCommand({ stdin: terminal, stdout, stderr: new PassThrough() }).parseAsync(['basic', 'ann'], {
    from: 'user',
  });
  terminal.write('s3:cret\r');
  await done;
  // THEN
  const [, line] = String(stdout.read()).trimEnd().split('\n');
  const check = createBasicCheck(configured('basic', line).basic, Date.now);
  expect(await check('ann', 's3:cret')).toEqual({ name: 'ann', scopes: ['predict'] });
});

test('`key basic` does not print the password', async () => {
  expect((await run(['basic', 'ann'], 's3cret')).join('\n')).not.toContain('s3cret');
});

test.each([
  ['a user with a colon', ['basic', 'a:b'], "user 'a:b': must not be empty nor hold a colon"],
  ['an empty password', ['basic', 'ann'], 'there is no password'],
  ['an unknown scope', ['api', '--scope', 'root'], "argument 'root' is invalid"],
])('%s is an error that says what to do', async (_, argv, message) => {
  await expect(run(argv)).rejects.toThrow(message);
});
