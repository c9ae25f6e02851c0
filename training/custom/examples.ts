import type { CustomConfig, CustomRowsConfig, CustomUserItemConfig } from '../../config/schema';
import { parseFeature, typeNouns } from '../../learning/features/feature-text';
import type { Label, Row } from '../../learning/model';
import { holdOut } from '../../learning/recommender/interactions/hold-out';
import type { NamedInteractions } from '../../learning/recommender/interactions/interaction-builder';
import { stratifiedSplit } from '../../learning/split';
import { DataError } from '../data-error';
import type { Dataset } from '../dataset';
import { type DataPlaces, readDataset } from '../read-dataset';
import { readInteractionData } from '../recommender/read-interactions';

/** Rows, and what is to be predicted of each: the class of a classifier, the number of a regression. */
export interface Examples {
  readonly rows: readonly Row[];
  readonly targets: readonly Label[];
}

/** The data of a model, divided into what to learn from and what is held out. */
export interface SplitData {
  /** As users know the source. */
  readonly source: string;
  /** Identity of the data, hexadecimal. */
  readonly sha256: string;
  /** Of the source. */
  readonly rows: number;
  readonly train: Examples;
  readonly test: Examples;
  /** Of observations, the position of the newest one that was learnt from; undefined if some were held out. */
  readonly observedUpTo?: bigint | undefined;
}

/**
 * Reads what a model learns from, and holds out some of it: of a classifier by class, of users and items as of the built-in
 * recommenders.
 * @param kind that the model's code says it is of
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function readExamples(
  name: string,
  config: CustomConfig,
  kind: Kind,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<SplitData> {
  if (config.mode === 'user-item') return readRatings(name, config, places, signal);
  const dataset = await readDataset(name, config, places, signal);
  const { source, sha256, rows } = dataset;
  return { source, sha256, rows: rows.length, ...splitRows(dataset, kind, config) };
}

/**
 * All that a model could learn from, of users and items each pair once.
 * @param kind that the model's code says it is of
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function readAllExamples(
  name: string,
  config: CustomConfig,
  kind: Kind,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<{ readonly source: string; readonly examples: Examples }> {
  if (config.mode === 'user-item') {
    const { source, data } = await readInteractionData(name, config, places, signal);
    return { source, examples: ratingExamples(data) };
  }
  const dataset = await readDataset(name, config, places, signal);
  return { source: dataset.source, examples: { rows: dataset.rows, targets: targetsOf(dataset, kind, config) } };
}

/** @throws {DataError} if numbers are to be predicted, and a target is none */
const targetsOf = (dataset: Dataset, kind: Kind, { target }: CustomRowsConfig): readonly Label[] =>
  kind === 'classifier' ? dataset.labels : numbersOf(dataset, target);

type Kind = 'classifier' | 'regression' | 'user-item';

async function readRatings(
  name: string,
  config: CustomUserItemConfig,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<SplitData> {
  const { testFraction, seed } = config.evaluation;
  const { source, sha256, rows, data, position } = await readInteractionData(name, config, places, signal);
  const parts = holdOut(data, testFraction, seed);
  const test = ratingExamples(parts.test);
  // What was held out is to reach the users' states, too.
  const observedUpTo = test.rows.length > 0 ? undefined : position;
  return { source, sha256, rows, train: ratingExamples(parts.train), test, observedUpTo };
}

/** Users with items, by user, and what they made of them. */
export function ratingExamples({ users, items, interactions }: NamedInteractions): Examples {
  const { offsets, columns, values } = interactions;
  const rows = users.flatMap((user, u) =>
    Array.from(columns.subarray(offsets[u], offsets[u + 1]), (column): Row => [user, items[column] as string]),
  );
  return { rows, targets: Array.from(values) };
}

function splitRows(
  dataset: Dataset,
  kind: Kind,
  config: CustomRowsConfig,
): { readonly train: Examples; readonly test: Examples } {
  const { rows, labels } = dataset;
  const targets = targetsOf(dataset, kind, config);
  const classes = new Map([...new Set(labels)].map((label, number) => [label, number]));
  const groups = Int32Array.from(labels, (label) => (kind === 'classifier' ? classes.get(label)! : 0));
  const split = stratifiedSplit(groups, config.evaluation.testFraction, config.evaluation.seed);
  const part = (selected: readonly number[]): Examples => ({
    rows: selected.map((row) => rows[row]!),
    targets: selected.map((row) => targets[row]!),
  });
  return { train: part(split.train), test: part(split.test) };
}

const numbersOf = ({ source, labels }: Dataset, target: string): number[] =>
  labels.map((label, row) => {
    const number = parseFeature('float', label);
    if (typeof number === 'number') return number;
    throw new DataError(`${source}: row ${row + 1}: ${target}: '${label.slice(0, 40)}' is not ${typeNouns.float}`);
  });
