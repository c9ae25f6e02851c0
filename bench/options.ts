import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { parseVersion, type Version } from '../config/version';
import { type Column, table } from './table';

// `run.mjs` refuses all other options.
const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    data: { type: 'string' },
    requests: { type: 'string' },
  },
});

/** Whether to prove only that the benchmark runs, in seconds; its figures say nothing then. */
export const smoke = values.smoke;

/** Where data is that may not be passed on; undefined if it is not told. */
export const dataFolder = values.data;

/** How many requests to send where that is a choice; undefined if it is not told. */
export const requestsWanted = values.requests === undefined ? undefined : Number(values.requests);

/** A duration or a number as it is measured, and as it is tried. */
export const amount = (measured: number, tried: number): number => (smoke ? tried : measured);

/** The version of this tree, whose tables the service writes. */
export const releasedVersion = (): Version => parseVersion(readFileSync('VERSION', 'utf8'));

/** What figures depend on. */
export function describeMachine(): string {
  const [{ model } = { model: 'unknown CPU' }] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores of ${model.trim()}, ${memory} GiB, Linux, Node ${process.versions.node}`;
}

/** Runs a benchmark's program; a failure is told in one line and by the exit code. */
export function run(benchmark: () => Promise<void>): void {
  end(values.only === undefined ? benchmark() : Promise.reject(new Error('the benchmark has no parts; omit --only')));
}

/** Lines of a table. */
export type Lines = readonly (readonly string[])[];

/** Runs the parts of a benchmark one after the other, or the one that `--only` names, and prints one table of all. */
export function runTable(columns: readonly Column[], parts: Readonly<Record<string, () => Promise<Lines>>>): void {
  const lines: (readonly string[])[] = [];
  const collect = ([name, measure]: readonly [string, () => Promise<Lines>]) =>
    [name, async () => void lines.push(...(await measure()))] as const;
  end(
    inTurn(Object.fromEntries(Object.entries(parts).map(collect)), values.only).then(() =>
      console.log(`\n${table(columns, lines)}`),
    ),
  );
}

/** Runs the parts of a benchmark one after the other, or the one that `--only` names; each prints its table. */
export function runParts(parts: Readonly<Record<string, () => Promise<void>>>): void {
  end(inTurn(parts, values.only));
}

async function inTurn(parts: Readonly<Record<string, () => Promise<void>>>, only: string | undefined): Promise<void> {
  const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
  if (chosen.length === 0) throw new Error(`--only: there is no part ${only}; one of ${Object.keys(parts).join(', ')}`);
  console.log(describeMachine());
  for (const [, measure] of chosen) await measure();
}

function end(benchmark: Promise<void>): void {
  benchmark.catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
