import { Darlin, type DarlinOptions, initialState, type PassReport } from '../../../../learning/darlin/darlin';
import { type Layout, layOut } from '../../../../learning/darlin/layout';
import { MemoryWorkers } from '../../../../learning/darlin/memory-workers';
import { RowsWorker } from '../../../../learning/darlin/rows-worker';
import { type Example, sparseRows } from './problems';

export const defaults: DarlinOptions = {
  lambda: 1,
  alpha: 1,
  targetGap: 1e-5,
  randomBlockOrder: true,
  maxBlockDelay: 0,
  priorGroups: [],
  priorGroupRounds: 5,
  deltaInitial: 1,
  deltaMax: 5,
  kktThresholdRatio: 10,
  seed: 1,
};

/** Workers that hold the examples, dealt out in turn, with their features arranged. */
export async function ready(
  examples: readonly Example[],
  workers = 1,
): Promise<{ worker: MemoryWorkers; layout: Layout }> {
  const shares = Array.from({ length: workers }, (_, w) => examples.filter((_, i) => i % workers === w));
  const worker = new MemoryWorkers(shares.map((share) => new RowsWorker(sparseRows(share))));
  const layout = layOut(await worker.summarise(), { tailFrequency: 0, blockRatio: 4 });
  await worker.arrange(layout.keys);
  return { worker, layout };
}

/** Trains for at most 10 passes. Returns the weights by their keys, which are small numbers, and a report a pass. */
export async function train(
  examples: readonly Example[],
  width: number,
  options: Partial<DarlinOptions> & { readonly workers?: number },
): Promise<{ weights: Float64Array; reports: PassReport[] }> {
  const { worker, layout } = await ready(examples, options.workers);
  const all = { ...defaults, ...options };
  const features = layout.keys.length / 2;
  const darlin = new Darlin(worker, layout, all, initialState(layout, new Float64Array(features), all.deltaInitial));
  const reports: PassReport[] = [];
  while (reports.length < 10 && !(reports.at(-1)! && reports.at(-1)!.gap <= all.targetGap))
    reports.push(await darlin.pass());
  return { weights: byKey(layout, darlin.state.weights, width), reports };
}

/** Weights by their keys instead of their features. */
export function byKey(layout: Layout, weights: Float64Array, width: number): Float64Array {
  const sorted = new Float64Array(width);
  weights.forEach((weight, feature) => {
    sorted[layout.keys[2 * feature]!] = weight;
  });
  return sorted;
}
