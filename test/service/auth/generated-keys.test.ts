import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { keyFile, provideKeys } from '../../../service/auth/generated-keys';

let folder: string;
const environment = {};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});

afterEach(() => rm(folder, { recursive: true }));

const writeKeys = (content: string) => writeFile(keyFile(folder), content, { mode: 0o600 });

describe('the first start', () => {
  test('makes two different keys', async () => {
    const { predict, admin } = await provideKeys({ dataDirectory: folder, environment });
    expect(predict).not.toBe(admin);
  });

  test('makes a file that only its owner may read', async () => {
    await provideKeys({ dataDirectory: folder, environment });
    expect((await stat(keyFile(folder))).mode & 0o777).toBe(0o600);
  });

  test('leaves nothing but that file', async () => {
    await provideKeys({ dataDirectory: folder, environment });
    expect(await readdir(folder)).toEqual(['keys.json']);
  });

  test('makes the data directory', async () => {
    const dataDirectory = join(folder, 'deep', 'data');
    const keys = await provideKeys({ dataDirectory, environment });
    expect(JSON.parse(await readFile(keyFile(dataDirectory), 'utf8'))).toEqual(keys);
  });

  test('of several processes at once agrees on one pair of keys', async () => {
    // GIVEN
    const script = join(folder, 'provide.cjs');
    const source = join(__dirname, '../../../service/auth/generated-keys.ts');
    const contents = `import { provideKeys } from ${JSON.stringify(source)};
      provideKeys({ dataDirectory: process.argv[2] }).then((keys) => console.log(JSON.stringify(keys)));`;
    const stdin = { contents, resolveDir: __dirname };
    await build({ stdin, outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
    // WHEN
    const start = () => promisify(execFile)(process.execPath, [script, join(folder, 'data')]);
    const answers = await Promise.all(Array.from({ length: 8 }, start));
    // THEN
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
  });
});

test('a later start reads the keys of the first', async () => {
  const first = await provideKeys({ dataDirectory: folder, environment });
  expect(await provideKeys({ dataDirectory: folder, environment })).toEqual(first);
});

test('the environment comes before the file', async () => {
  await provideKeys({ dataDirectory: folder, environment });
  const given = { MODELAPP_API_KEYS: '{"predict":"p-key","admin":"a-key"}' };
  expect(await provideKeys({ dataDirectory: folder, environment: given })).toEqual({
    predict: 'p-key',
    admin: 'a-key',
  });
});

test('keys in the environment make no file', async () => {
  const given = { MODELAPP_API_KEYS: '{"predict":"p-key","admin":"a-key"}' };
  await provideKeys({ dataDirectory: folder, environment: given });
  expect(await readdir(folder)).toEqual([]);
});

describe('what cannot be used is a one-line error', () => {
  test.each([
    ['no JSON', 'secret-value'],
    ['null', 'null'],
    ['a missing key', '{"predict":"secret-value"}'],
    ['an empty key', '{"predict":"secret-value","admin":""}'],
    ['equal keys', '{"predict":"secret-value","admin":"secret-value"}'],
    ['a key with a blank', '{"predict":"secret-value","admin":"a b"}'],
  ])('in the environment: %s; it does not show the keys', async (_, text) => {
    const start = provideKeys({ dataDirectory: folder, environment: { MODELAPP_API_KEYS: text } });
    await expect(start).rejects.toThrow(/^MODELAPP_API_KEYS: must be a JSON object (?!.*secret-value).*$/);
  });

  test('a file that others may read names chmod', async () => {
    await writeKeys('{"predict":"p","admin":"a"}');
    await chmod(keyFile(folder), 0o640);
    const start = provideKeys({ dataDirectory: folder, environment });
    await expect(start).rejects.toThrow(/keys\.json: others may read it \(mode 640\); run: chmod 600 .*keys\.json$/);
  });

  test('a damaged file is named', async () => {
    await writeKeys('{"predict":');
    await expect(provideKeys({ dataDirectory: folder, environment })).rejects.toThrow(
      /keys\.json: must be a JSON object/,
    );
  });

  test('a data directory that cannot be made names the variable to set', async () => {
    await writeFile(join(folder, 'file'), '');
    const start = provideKeys({ dataDirectory: join(folder, 'file'), environment });
    await expect(start).rejects.toThrow(/keys\.json: cannot be .* set MODELAPP_API_KEYS$/);
  });
});
