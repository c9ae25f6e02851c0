import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runFolder } from '../support/test-run';

const run = promisify(execFile);

/** A build that appends a line to its output; whoever counts the lines knows how often it ran. */
class CountedBuild {
  private readonly folder = mkdtempSync(join(runFolder(), 'build-once-'));
  readonly source = join(this.folder, 'source/a.ts');
  readonly output = join(this.folder, 'output.txt');

  constructor() {
    mkdirSync(join(this.folder, 'source'));
    writeFileSync(this.source, 'first');
    writeFileSync(this.output, '');
  }

  async build(values: unknown = {}, fails = false): Promise<void> {
    const inputs = {
      sources: [join(this.folder, 'source'), join(this.folder, 'is-not-there')],
      values,
      outputs: [this.output],
      stamp: join(this.folder, 'stamp'),
    };
    await run(process.execPath, [
      '--input-type=module',
      '--eval',
      `import { appendFile } from 'node:fs/promises';
       import { buildOnce } from './scripts/build-once.mjs';
       await buildOnce(${JSON.stringify(inputs)}, async () => {
         await appendFile(${JSON.stringify(this.output)}, 'built\\n');
         if (${fails}) process.exit(1);
       });`,
    ]);
  }

  get builds(): number {
    return readFileSync(this.output, 'utf8').split('built').length - 1;
  }
}

let counted: CountedBuild;

beforeEach(async () => {
  counted = new CountedBuild();
  await counted.build({ a: 1 });
});

test('the first build runs', () => {
  expect(counted.builds).toBe(1);
});

test('a second build of the same does not run', async () => {
  await counted.build({ a: 1 });

  expect(counted.builds).toBe(1);
});

test.each<[string, (build: CountedBuild) => void]>([
  ['a source changed', ({ source }) => writeFileSync(source, 'other')],
  ['a source came', ({ source }) => writeFileSync(`${source}x`, '')],
  ['a source went', ({ source }) => rmSync(source)],
  ['the output changed', ({ output }) => writeFileSync(output, 'built, then touched')],
])('a build runs again after %s', async (_, change) => {
  change(counted);
  const before = counted.builds;

  await counted.build({ a: 1 });

  expect(counted.builds).toBe(before + 1);
});

test('a build runs again with another value', async () => {
  await counted.build({ a: 2 });

  expect(counted.builds).toBe(2);
});

test('a build that failed runs again', async () => {
  await expect(counted.build({ a: 2 }, true)).rejects.toThrow();

  await counted.build({ a: 2 });

  expect(counted.builds).toBe(3);
});
