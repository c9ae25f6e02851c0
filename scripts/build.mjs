import { chmod, cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundle, notBundled, root } from './bundle.mjs';

const dist = join(root, 'dist');
const command = join(dist, 'cli.js');

await bundle({
  entryPoints: ['bin/cli.ts'],
  outfile: command,
  banner: { js: '#!/usr/bin/env node' },
  sourcemap: 'linked',
  sourcesContent: false,
  minifyWhitespace: true,
  // The SDK is most of the bundle's bytes, which every start would read, and few verbs use it.
  external: [...notBundled, '@aws-sdk/*'],
});
await chmod(command, 0o755);
/** What the command starts as a thread or as a process of its own. */
const programs = [
  'custom-models/run-model.ts',
  'service/onnx/run-onnx.ts',
  'training/cross-validation/threads/fold-thread.ts',
  'training/data/threads/parse-thread.ts',
  'training/distributed/batch/threads/batch-thread.ts',
  'training/distributed/threads/train-thread.ts',
  'training/recommender/solve-thread.ts',
];
for (const program of programs) {
  const outfile = join(dist, `${basename(program, '.ts')}.js`);
  await bundle({ entryPoints: [program], outfile, external: [...notBundled, '@aws-sdk/*'] });
}

/** What the code reads from beside itself. */
for (const folder of ['service/database/migrations', 'service/console/page']) {
  const target = join(dist, basename(folder));
  await rm(target, { recursive: true, force: true });
  await cp(join(root, folder), target, { recursive: true });
}
