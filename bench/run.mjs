import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { execPath, exit } from 'node:process';
import { parseArgs } from 'node:util';
import { bundle, notBundled, root } from '../scripts/bundle.mjs';

const benchmarks = {
  serve: 'predictions of the service against bare Fastify and the old stack',
  events: 'the event server: storing, importing, listing, memory',
  ship: 'how fast recorded predictions reach the tables',
  start: 'how long a start takes',
  train: 'the training of linear models',
  online: 'learning online: observing, predicting, and switching revisions under load',
  recommend: 'recommenders: how fast and how well they are trained, how fast they rank',
};
const usage = `node bench/run.mjs ${Object.keys(benchmarks).join('|')}... [--only PART] [--data FOLDER] [--requests N] [--smoke]`;
const help = `Usage: ${usage}

Benchmarks:
${Object.entries(benchmarks)
  .map(([name, subject]) => `  ${name.padEnd(9)} ${subject}`)
  .join('\n')}

Options:
  --only PART    measures one part of a benchmark alone; a wrong name lists the parts
  --data FOLDER  where data is that may not be passed on; recommend looks for MovieLens-100K there
  --requests N   how many predictions online asks for while revisions change; a million if absent
  --smoke        tries in seconds whether the benchmarks run; their figures say nothing then
  --help`;

/** Ends with one line that says what to write instead. */
function refuse(fault) {
  console.error(`${fault}; write: ${usage}`);
  exit(2);
}

function readArguments() {
  const options = {
    smoke: { type: 'boolean' },
    only: { type: 'string' },
    data: { type: 'string' },
    requests: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    // What follows the first sentence is about arguments that begin with a dash.
    return refuse(error.message.split('. ', 1)[0]);
  }
}

const { values, positionals: chosen } = readArguments();
if (values.help) {
  console.log(help);
  exit(0);
}
const unknown = chosen.find((name) => !Object.hasOwn(benchmarks, name));
if (unknown !== undefined) refuse(`there is no benchmark ${unknown}`);
if (chosen.length === 0) refuse('no benchmark named');
if (!/^[1-9]\d{0,8}$/.test(values.requests ?? '1')) refuse('--requests takes a whole number');
if (values.only !== undefined && chosen.length > 1) refuse('--only takes a part of one benchmark');

for (const name of [...chosen, 'servers/bare-fastify']) {
  const outfile = join(root, 'dist/bench', `${name.split('/').at(-1)}.cjs`);
  await bundle({ entryPoints: [`bench/${name}.ts`], outfile, external: notBundled });
}

const options = [
  ...(values.smoke ? ['--smoke'] : []),
  ...(values.only === undefined ? [] : [`--only=${values.only}`]),
  ...(values.requests === undefined ? [] : [`--requests=${values.requests}`]),
  ...(values.data === undefined ? [] : [`--data=${resolve(values.data)}`]),
];
for (const name of chosen) {
  const program = join(root, 'dist/bench', `${name}.cjs`);
  const benchmark = spawn(execPath, [program, ...options], { stdio: 'inherit', cwd: root });
  // It removes what it made before it ends.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => benchmark.kill(signal));
  const [status] = await once(benchmark, 'exit');
  if (status !== 0) exit(status ?? 1);
}
