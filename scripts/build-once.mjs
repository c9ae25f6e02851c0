import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { root } from './bundle.mjs';

/**
 * Builds, unless the last build read the same and nobody has touched what it wrote. All is compared by its bytes, as times
 * would take a stale image for a fresh one; a build that fails leaves no stamp.
 * @param {object} inputs
 * @param {readonly string[]} inputs.sources files and folders that the build reads
 * @param {unknown} inputs.values what else it depends on, such as a configuration that reads the environment
 * @param {readonly string[]} inputs.outputs files and folders that it writes
 * @param {string} inputs.stamp file, outside of those, that notes a build
 * @param {() => Promise<unknown>} build
 */
export async function buildOnce({ stamp, ...inputs }, build) {
  const noted = await readFile(resolve(root, stamp), 'utf8').catch(() => undefined);
  if (noted === (await fingerprint(inputs))) return;
  await build();
  await writeFile(resolve(root, stamp), await fingerprint(inputs));
}

async function fingerprint({ sources, values, outputs }) {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const path of [...sources, ...outputs]) {
    for (const file of await filesOf(resolve(root, path))) {
      const content = await readFile(file);
      hash.update(`\0${relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** The files at a path, in one order; a path that is not there has none. */
async function filesOf(path) {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found ? [path] : [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => join(parentPath, name)).sort();
}
