import { existsSync } from 'node:fs';
import { Darlin, initialState } from '../../learning/darlin/darlin';
import { layOut } from '../../learning/darlin/layout';
import { MemoryWorkers } from '../../learning/darlin/memory-workers';
import { RowsWorker } from '../../learning/darlin/rows-worker';
import { lossFunctions } from '../../learning/linear/loss';
import { GatheredRows, splitRows } from '../../learning/sparse/gathered-rows';
import { KeyTable } from '../../learning/sparse/key-table';
import type { SparseRows } from '../../learning/sparse/rows';
import { MinibatchReader } from '../../training/data/minibatch-reader';
import { findParts } from '../../training/data/parts';
import { amount, smoke } from '../options';
import { inScratch } from '../system/scratch';
import { type Column, median, table } from '../table';
import { generatedData, generateRows } from './darlin-data';
import { type Fit, fitByLiblinear } from './liblinear';

/* How near DARLIN comes to the least objective, which liblinear finds, and how much time of the processor it takes. */

const rounds = amount(3, 1);
const a9a = '../shared/data/a9a.train';
const maxPasses = 10;
const targetGap = 1e-5;
/** At the first liblinear is about as near as DARLIN, at the second nearer, where 100 steps are enough for that. */
const tolerances = [1e-6, 1e-9];

interface Problem {
  readonly name: string;
  readonly rows: SparseRows;
  readonly lambda: number;
}

export const measureDarlin = (): Promise<void> =>
  inScratch(async ({ folder }) => {
    const lines: string[][] = [];
    for (const problem of await problems()) {
      const { rows, lambda } = problem;
      const [usual, exact] = fitByLiblinear(rows, lambda, tolerances, folder);
      const best = objective(rows, lambda, exact!.weights);
      for (const workers of [1, 4]) lines.push(await compare(problem, workers, best, usual!));
    }
    console.log(`DARLIN, median of ${rounds}; f* is the objective of liblinear at a tolerance of ${tolerances[1]}\n`);
    console.log(table(columns, lines));
  });

const columns: readonly Column[] = [
  { heading: 'data', align: 'left' },
  { heading: 'λ', align: 'right' },
  { heading: 'workers', align: 'right' },
  { heading: 'f*', align: 'right' },
  { heading: '(f − f*)/f*', align: 'right' },
  { heading: 'liblinear’s', align: 'right' },
  { heading: 'proven gap', align: 'right' },
  { heading: 'passes', align: 'right' },
  { heading: 'seconds', align: 'right' },
  { heading: 'liblinear', align: 'right' },
  { heading: 'ratio', align: 'right' },
];

async function problems(): Promise<Problem[]> {
  const generated = generatedData.map((data) => ({ ...data, rows: generateRows(data, 1, amount(1, 0.05)) }));
  if (!existsSync(a9a) || smoke) return generated;
  const rows = await readLibsvm(a9a);
  return [...[1, 0.1].map((lambda) => ({ name: 'a9a', rows, lambda })), ...generated];
}

async function readLibsvm(file: string): Promise<SparseRows> {
  const data = {
    text: 'LIBSVM',
    csv: { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] },
    files: [file],
    ignoreFeatureGroup: false,
    maxFilesPerWorker: undefined,
    maxLinesPerFile: undefined,
    shuffle: false,
  } as const;
  const reader = new MinibatchReader(data, { loss: 'LOGIT', minibatch: 1000, groups: true, seed: 1, threads: 0 });
  const gathered = new GatheredRows();
  for await (const minibatch of reader.read(await findParts(data, 1), { pass: 0 })) gathered.add(minibatch);
  await reader.close();
  return gathered.take();
}

async function compare({ name, rows, lambda }: Problem, workers: number, best: number, liblinear: Fit) {
  const runs = [];
  for (let round = 0; round < rounds; round++) runs.push(await train(rows, lambda, workers));
  const { weights, gap, passes } = runs[0]!;
  const seconds = median(runs.map((run) => run.seconds));
  return [
    name,
    String(lambda),
    String(workers),
    best.toPrecision(8),
    (objective(rows, lambda, weights) / best - 1).toExponential(1),
    (objective(rows, lambda, liblinear.weights) / best - 1).toExponential(1),
    gap.toExponential(1),
    String(passes),
    seconds.toFixed(2),
    liblinear.seconds.toFixed(2),
    (seconds / liblinear.seconds).toFixed(1),
  ];
}

/** Trains with the defaults of a configuration. Returns a weight for each key of the rows. */
async function train(rows: SparseRows, lambda: number, workers: number) {
  const start = process.cpuUsage();
  const group = new MemoryWorkers(splitRows(rows, workers).map((run) => new RowsWorker(run)));
  const layout = layOut(await group.summarise(), { tailFrequency: 0, blockRatio: 4 });
  await group.arrange(layout.keys);
  const options = { lambda, alpha: 1, targetGap, randomBlockOrder: true, maxBlockDelay: 0, seed: 1 };
  const filter = { priorGroups: [], priorGroupRounds: 5, deltaInitial: 1, deltaMax: 5, kktThresholdRatio: 10 };
  const state = initialState(layout, new Float64Array(layout.counts.length), filter.deltaInitial);
  const darlin = new Darlin(group, layout, { ...options, ...filter }, state);
  while (darlin.state.gap > targetGap && darlin.state.passes < maxPasses) await darlin.pass();
  const { user, system } = process.cpuUsage(start);

  const order = new KeyTable(layout.counts.length);
  for (let i = 0; i < layout.keys.length; i += 2) order.add(layout.keys[i]!, layout.keys[i + 1]!);
  const weights = Array.from(
    { length: rows.keys.length / 2 },
    (_, i) => darlin.state.weights[order.find(rows.keys[2 * i]!, rows.keys[2 * i + 1]!)] ?? 0,
  );
  return { weights, seconds: (user + system) / 1e6, gap: darlin.state.gap, passes: darlin.state.passes };
}

/** Σ log(1 + exp(−ym)) + λ‖w‖₁, computed from the rows. */
function objective(rows: SparseRows, lambda: number, weights: readonly number[]): number {
  const { labels, offsets, features, values } = rows;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    let margin = 0;
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      margin += weights[features[entry]!]! * (values?.[entry] ?? 1);
    }
    sum += lossFunctions.LOGIT.value(margin, labels[row]!);
  }
  return sum + lambda * weights.reduce((total, weight) => total + Math.abs(weight), 0);
}
