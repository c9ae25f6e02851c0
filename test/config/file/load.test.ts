import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../../config/file/load';

const good = `export default {
  models: {
    iris: {
      algorithm: 'softmax',
      source: { csv: 'iris.csv' },
      target: 'species',
      mapping: [{ name: 'petal_length', type: 'float' satisfies string }],
    },
  },
};
`;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'modelapp-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function given(text: string): string {
  const file = join(directory, 'modelapp.config.ts');
  writeFileSync(file, text);
  return file;
}

/** The names of the processes that this one has started. */
function childProcesses(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
        return Number(parent) === process.pid ? [name ?? ''] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

describe('Loading a configuration', () => {
  it('compiles it, and says which folder its paths start from', async () => {
    const loaded = await loadConfig(given(good));

    expect(loaded.directory).toBe(directory);
    expect(Object.keys(loaded.config.models)).toEqual(['iris']);
  });

  it('works for several at once', async () => {
    const file = given(good);

    const loaded = await Promise.all([loadConfig(file), loadConfig(file), loadConfig(file)]);

    expect(loaded.map(({ config }) => Object.keys(config.models))).toEqual([['iris'], ['iris'], ['iris']]);
  });

  it('leaves no compiler running', async () => {
    const compilers = () => childProcesses().filter((name) => name === 'esbuild').length;
    // Other tests in this process may have their own.
    const before = compilers();

    await loadConfig(given(good));

    // It takes a moment from the signal to the end of a process.
    while (compilers() > before) await sleep(10);
  });

  it('names file, line and column of what does not compile, and compiles others after that', async () => {
    const bad = join(directory, 'bad.config.ts');
    writeFileSync(bad, 'export default {\n  models: }\n');

    await expect(loadConfig(bad)).rejects.toThrow(/bad\.config\.ts:2:11: Unexpected "}"/);
    await expect(loadConfig(given(good))).resolves.toMatchObject({ directory });
  });

  it('names the file before each fault', async () => {
    const file = given(good.replace("'softmax'", "'magic'"));

    await expect(loadConfig(file)).rejects.toThrow(/modelapp\.config\.ts: models\.iris\.algorithm: must be one of/);
  });

  it('says that there is no file, or nothing in it', async () => {
    await expect(loadConfig(join(directory, 'none.ts'))).rejects.toThrow(/none\.ts: there is no such file/);
    await expect(loadConfig(given('export const config = 1;'))).rejects.toThrow(/has no default export/);
  });
});
