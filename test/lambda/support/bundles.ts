import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Builds the bundles as the deployment does, into a folder of the caller's. */
export async function buildBundles(folder: string): Promise<void> {
  const script = `const { buildFunctions } = await import('./scripts/build-cdk.mjs'); await buildFunctions(process.argv[1]);`;
  await run(process.execPath, ['--input-type=module', '-e', script, folder]);
}
