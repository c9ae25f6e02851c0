import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sampleCommand } from '../../../../bin/commands/training/sample';
import { run } from '../../../../bin/failure';
import { createProgram } from '../../../../bin/program';
import { parseEvent } from '../../../../service/events/format/parse-event';
import { parseJson } from '../../../../service/events/format/parse-json';
import { readConf } from '../../../../training/conf/read-conf';
import { runFolder } from '../../../support/test-run';
import { dataConf, filePart, readAll } from '../../../training/data/support/data-conf';

const folder = () => join(mkdtempSync(join(runFolder(), 'sample-')), 'clicks');

const sample = (...words: string[]) => sampleOf('ctr', ...words);

async function sampleOf(...words: string[]) {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  await run(createProgram([sampleCommand()]), ['node', 'modelapp', 'sample', ...words]);
  for (const spy of spies) spy.mockRestore();
  const exitCode = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { ...printed, exitCode };
}

describe('modelapp sample ctr', () => {
  test('writes lines to train on and to test with, all of them good', async () => {
    const out = folder();
    await sample('--out', out, '--lines', '2000', '--keys', '400');

    for (const [name, lines] of [
      ['ctr.train', 2000],
      ['ctr.test', 200],
    ] as const) {
      const minibatches = await readAll([filePart(readFileSync(join(out, name)))], dataConf('SPARSE_BINARY'));
      const labels = minibatches.flatMap((one) => [...one.labels]);
      expect(labels).toHaveLength(lines);
      expect(new Set(labels)).toEqual(new Set([1, -1]));
      for (const { bad, features } of minibatches) {
        expect(bad.count).toBe(0);
        expect(features.length % 32).toBe(0);
      }
    }
  });

  test('writes a configuration that trains on them, and says how', async () => {
    const out = folder();
    const { stdout, exitCode } = await sample('--out', out, '--lines', '10');

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Next: modelapp train ${out}/ctr.conf\n`);
    expect((await readConf(join(out, 'ctr.conf'))).conf).toMatchObject({
      kind: 'online',
      algorithm: 'FTRL',
      trainingData: { text: 'SPARSE_BINARY', files: [join(out, 'ctr.train')] },
      validationData: { files: [join(out, 'ctr.test')] },
      modelOutput: join(out, 'model', 'ctr'),
    });
  });

  test('writes the same data for the same seed', async () => {
    const [one, same, other] = [folder(), folder(), folder()];
    await sample('--out', one, '--lines', '50', '--seed', '7');
    await sample('--out', same, '--lines', '50', '--seed', '7');
    await sample('--out', other, '--lines', '50', '--seed', '8');
    const text = (out: string) => readFileSync(join(out, 'ctr.train'), 'utf8');

    expect(text(same)).toBe(text(one));
    expect(text(other)).not.toBe(text(one));
  });

  test('prints a JSON document if asked to', async () => {
    const out = folder();
    const { stdout } = await sample('--out', out, '--lines', '10', '--json');

    expect(JSON.parse(stdout)).toEqual({
      train: { file: join(out, 'ctr.train'), lines: 10 },
      test: { file: join(out, 'ctr.test'), lines: 1 },
      conf: join(out, 'ctr.conf'),
      keys: 100_000,
      seed: 1,
      next: `modelapp train ${out}/ctr.conf`,
    });
  });

  test('refuses a folder that cannot be made', async () => {
    const out = folder();
    await sample('--out', out, '--lines', '10');
    const { stderr, exitCode } = await sample('--out', `${out}/ctr.conf`, '--lines', '10');

    expect(exitCode).toBe(2);
    expect(stderr).toContain(`modelapp: --out: the folder ${out}/ctr.conf cannot be made: `);
  });

  test('replaces files only by force', async () => {
    const out = folder();
    await sample('--out', out, '--lines', '10');
    const refused = await sample('--out', out, '--lines', '20');

    expect(refused).toMatchObject({
      exitCode: 5,
      stderr: `modelapp: ${out}/ctr.train is there already; add --force to replace it\n`,
    });
    const { size } = statSync(join(out, 'ctr.train'));
    expect(await sample('--out', out, '--lines', '20', '--force')).toMatchObject({ exitCode: 0 });
    expect(statSync(join(out, 'ctr.train')).size).toBeGreaterThan(size);
  });

  test.each([
    ['--lines', '0', "--lines: '0' is not a whole number from 1 to 10000000000"],
    ['--keys', '63', "--keys: '63' is not a whole number from 64 to 16777216"],
    ['--seed', '-1', "--seed: '-1' is not a whole number from 0 to 9007199254740991"],
    ['--lines', '1.5', "--lines: '1.5' is not a whole number from 1 to 10000000000"],
  ])('refuses %s %s', async (option, value, message) => {
    expect(await sample(option, value)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });
});

describe('modelapp sample ratings', () => {
  const ratings = (...words: string[]) => sampleOf('ratings', ...words);
  const small = ['--users', '50', '--items', '40', '--per-user', '10'];

  test('writes a file that a recommender trains on, and says how', async () => {
    const out = join(folder(), 'ratings.csv');

    const { stdout, exitCode } = await ratings('--out', out, ...small);

    const [header, ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(exitCode).toBe(0);
    expect(header).toBe('user,item,rating');
    for (const line of lines) expect(line).toMatch(/^[1-9]\d*,[1-9]\d*,[1-5](\.5)?$/);
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(50);
    expect(stdout).toContain(`${out}: ${lines.length} ratings of 50 users\n`);
    expect(stdout).toContain(`movies: { algorithm: 'als', source: { csv: "${out}" } }`);
  });

  test('writes the same for the same seed, and replaces a file only by force', async () => {
    const out = join(folder(), 'ratings.csv');
    await ratings('--out', out, ...small);
    const first = readFileSync(out, 'utf8');

    expect(await ratings('--out', out, ...small)).toMatchObject({
      exitCode: 5,
      stderr: `modelapp: ${out} is there already; add --force to replace it\n`,
    });
    await ratings('--out', out, ...small, '--force');
    expect(readFileSync(out, 'utf8')).toBe(first);
    await ratings('--out', out, ...small, '--force', '--seed', '2');
    expect(readFileSync(out, 'utf8')).not.toBe(first);
  });

  test('prints a JSON document if asked to', async () => {
    const out = join(folder(), 'ratings.csv');

    const { stdout } = await ratings('--out', out, ...small, '--json');

    expect(JSON.parse(stdout)).toMatchObject({ file: out, users: 50, items: 40, seed: 1 });
  });
});

describe('modelapp sample shop', () => {
  const shop = (...words: string[]) => sampleOf('shop', ...words);
  const small = ['--users', '20', '--items', '10', '--per-user', '5'];

  test('writes events that the event server takes, a minute apart, and says what is next', async () => {
    const out = join(folder(), 'events.jsonl');

    const { stdout, exitCode } = await shop('--out', out, ...small);

    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => parseEvent(parseJson(Buffer.from(line))));
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `${out}: ${lines.length} events of 20 users\nNext: modelapp app new shop, then: modelapp import --appid 1 --input ${out}\n`,
    );
    expect(events.slice(0, 10).map(({ event, entityId }) => `${event} ${entityId}`)).toEqual(
      Array.from({ length: 10 }, (_, i) => `$set i${i + 1}`),
    );
    expect(events.map(({ eventTime }) => eventTime?.millis)).toEqual(
      events.map((_, i) => Date.UTC(2026, 0, 1) + i * 60_000),
    );
  });

  test('writes the file of the example', async () => {
    const out = join(folder(), 'events.jsonl');

    await shop('--out', out, '--users', '60', '--items', '50', '--per-user', '20');

    const example = readFileSync(join(__dirname, '../../../../examples/shop/events.jsonl'), 'utf8');
    expect(readFileSync(out, 'utf8')).toBe(example);
  });

  test('replaces a file only by force, and prints a JSON document if asked to', async () => {
    const out = join(folder(), 'events.jsonl');
    await shop('--out', out, ...small);

    expect(await shop('--out', out, ...small)).toMatchObject({ exitCode: 5 });
    const { stdout } = await shop('--out', out, ...small, '--force', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ file: out, users: 20, items: 10, seed: 1 });
  });
});
