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
await bundle({ entryPoints: ['training/data/threads/parse-thread.ts'], outfile: join(dist, 'parse-thread.js') });

/** What the code reads from beside itself. */
for (const folder of ['service/database/migrations', 'service/console/page']) {
  const target = join(dist, basename(folder));
  await rm(target, { recursive: true, force: true });
  await cp(join(root, folder), target, { recursive: true });
}
