import type { OnlineConf } from '../../../../training/conf/conf';
import type { Minibatch, Part } from '../../../../training/data/part';
import type { JobPlan } from '../../../../training/distributed/state/job-plan';
import type { Learner } from '../../../../training/online/learner';

/** Keys that rows have, and how many each row has. */
export const keySpace = 1000;
export const keysPerRow = 4;

/** Learns how often it saw each key: a row that is lost or learned from twice shows. */
export const countingLearner: Learner = {
  learn: ({ labels, features, keys }, { z: weights }) => {
    const counts = new Float64Array(keys.length / 2);
    for (const feature of features) counts[feature]!++;
    return {
      deltas: { z: counts, n: counts },
      weights,
      examples: labels.length,
      loss: labels.length,
      auc: 1,
      correct: labels.length,
    };
  },
  weights: ({ z }) => z,
  save: () => ({ minibatches: 0 }),
  restore: () => {},
};

/** Row i of the data: four keys that follow from i. */
const keysOfRow = (row: number): readonly number[] =>
  Array.from({ length: keysPerRow }, (_, i) => (row * 7 + i * 251) % keySpace);

/** How often each key is in rows. */
export function countsOf(rows: number): readonly number[] {
  const counts = new Array<number>(keySpace).fill(0);
  for (let row = 0; row < rows; row++) for (const key of keysOfRow(row)) counts[key]!++;
  return counts;
}

/** Parts whose positions are numbers of rows in place of bytes. */
export function countingParts(rows: number, parts: number): readonly Part[] {
  const file = { name: 'rows', size: rows, compressed: false };
  return Array.from({ length: parts }, (_, i) => ({
    file,
    start: Math.floor((i * rows) / parts),
    end: Math.floor(((i + 1) * rows) / parts),
  }));
}

/** The rows of a part from an offset on. */
export async function* readRows(plan: JobPlan, { start, end }: Part, offset = start): AsyncIterable<Minibatch> {
  const { minibatch } = plan.conf;
  for (let row = offset; row < end; row += minibatch) {
    yield rowsAsMinibatch(row, Math.min(end, row + minibatch));
  }
}

function rowsAsMinibatch(start: number, end: number): Minibatch {
  const numbers = new Map<number, number>();
  const features: number[] = [];
  for (let row = start; row < end; row++) {
    for (const key of keysOfRow(row)) {
      if (!numbers.has(key)) numbers.set(key, numbers.size);
      features.push(numbers.get(key)!);
    }
  }
  const rows = end - start;
  return {
    labels: new Float64Array(rows).fill(1),
    importances: undefined,
    offsets: Uint32Array.from({ length: rows + 1 }, (_, i) => i * keysPerRow),
    features: Uint32Array.from(features),
    values: undefined,
    keys: Uint32Array.from([...numbers.keys()].flatMap((key) => [key, 0])),
    groups: undefined,
    offset: end,
    lines: rows,
    bad: { count: 0, first: [] },
  };
}

/** A configuration of online learning. */
export function countingConf(changes: Partial<OnlineConf> = {}): OnlineConf {
  return {
    kind: 'online',
    trainingData: {
      text: 'LIBSVM',
      csv: { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] },
      files: ['rows'],
      ignoreFeatureGroup: true,
      maxFilesPerWorker: undefined,
      maxLinesPerFile: undefined,
      shuffle: false,
    },
    validationData: undefined,
    modelOutput: undefined,
    modelInput: undefined,
    loss: 'LOGIT',
    penalty: { l1: 0, l2: 0 },
    learningRate: { type: 'DECAY', alpha: 1, beta: 1 },
    algorithm: 'FTRL',
    minibatch: 100,
    passes: 1,
    readAhead: 1_000_000,
    reportInterval: 1,
    maxDelay: 0,
    tail: { frequency: 0, countMinRows: 2, countMinSize: 1e8 },
    ...changes,
  };
}
