import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv, execPath, exit } from 'node:process';
import { bundle, notBundled, root } from '../scripts/bundle.mjs';

const benchmarks = argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = argv.slice(2).filter((argument) => argument.startsWith('-'));
const unknown = benchmarks.find((name) => !existsSync(join(root, 'bench', `${name}.ts`)));
if (benchmarks.length === 0 || unknown) {
  console.error(`${unknown ?? 'no benchmark named'}; write: node bench/run.mjs serve events ship start [--smoke]`);
  exit(2);
}

for (const name of [...benchmarks, 'servers/bare-fastify']) {
  const outfile = join(root, 'dist/bench', `${name.split('/').at(-1)}.cjs`);
  await bundle({ entryPoints: [`bench/${name}.ts`], outfile, external: notBundled });
}

for (const name of benchmarks) {
  const program = join(root, 'dist/bench', `${name}.cjs`);
  const { status } = spawnSync(execPath, [program, ...options], { stdio: 'inherit', cwd: root });
  if (status !== 0) exit(status ?? 1);
}
