import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { type CsvSource, describeDataSource, type InteractionSource } from '../../config/models/data-source';
import type { AlsConfig, CustomUserItemConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import type { ScalarFeature } from '../../learning/model';
import {
  InteractionBuilder,
  type NamedInteractions,
} from '../../learning/recommender/interactions/interaction-builder';
import { DataError } from '../data-error';
import type { DataPlaces } from '../read-dataset';
import { readCsvRows } from '../readers/csv';
import { readInteractions } from '../readers/events/interactions';
import { readObservations } from '../readers/observations';

/** A model that learns from interactions. */
export type InteractionConfig = AlsConfig | CustomUserItemConfig;

/** What users did with items, and the identity of the source that it came from. */
export interface InteractionData {
  /** As users know the source. */
  readonly source: string;
  /** Of the file; of events, over what was read of them. Hexadecimal. */
  readonly sha256: string;
  /** Number of interactions that were read, repeated ones too. */
  readonly rows: number;
  readonly data: NamedInteractions;
  /** Of observations, the position of the newest one. */
  readonly position?: bigint;
}

/**
 * Reads the interactions that a recommender learns from; of a user and an item the last one counts.
 * @param name of the model
 * @throws {DataError} as `readEachInteraction`
 */
export async function readInteractionData(
  name: string,
  config: InteractionConfig,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<InteractionData> {
  const builder = new InteractionBuilder();
  const add: OnInteraction = (user, item, value) => builder.add(user, item, value);
  const identity = await readEachInteraction(name, config, places, add, signal);
  return { ...identity, rows: builder.size, data: builder.build() };
}

/** Which data was read. */
type SourceIdentity = Omit<InteractionData, 'rows' | 'data'>;

type OnInteraction = (user: string, item: string, value: number) => void;

/**
 * Reads interactions one by one: of a file in its order, of events in order of time and then of ids, of observations by user
 * and item.
 * @param name of the model
 * @throws {DataError} if the source is absent or faulty, or there is no interaction; a model of the user's own may begin
 *   before anything is observed
 */
export async function readEachInteraction(
  name: string,
  config: InteractionConfig,
  { directory, pool, version, onNotice }: DataPlaces,
  onInteraction: OnInteraction,
  signal?: AbortSignal,
): Promise<SourceIdentity> {
  const { source } = config;
  if ('csv' in source) return fromCsv(config, source, directory, onInteraction, signal);
  if ('observations' in source) {
    if (!pool || !version) throw new Error(`models.${name}.source: no database was given to read observations from`);
    return fromObservations(name, config, { pool, version }, onInteraction, signal);
  }
  if (!('interactions' in source))
    throw new DataError(`models.${name}.source: ${config.algorithm} learns from interactions`);
  if (!pool) throw new Error(`models.${name}.source.events: no database was given to read events from`);
  return fromEvents(config, source, { pool, onNotice }, onInteraction, signal);
}

/** The column of the value in a file; undefined if each interaction counts 1. */
function valueColumn(config: InteractionConfig): string | undefined {
  return config.mode === 'implicit' ? undefined : config.target;
}

/** Whether an event has to have a value to count. */
const needsValue = ({ mode }: InteractionConfig, { interactions }: InteractionSource): boolean =>
  mode === 'user-item' ? interactions.value !== undefined : mode !== 'implicit';

async function fromCsv(
  config: InteractionConfig,
  { csv, delimiter }: CsvSource,
  directory: string,
  onInteraction: OnInteraction,
  signal: AbortSignal | undefined,
): Promise<SourceIdentity> {
  const column = valueColumn(config);
  const rating: ScalarFeature[] = column === undefined ? [] : [{ name: column, type: 'float', aliases: [] }];
  const sha256 = await readCsvRows(
    { csv, delimiter, directory },
    [...config.mapping, ...rating],
    ([user, item, value], line) => {
      if (user === '' || item === '') throw new DataError(`${line}: ${user === '' ? 'user' : 'item'}: is empty`);
      onInteraction(user as string, item as string, (value as number | undefined) ?? 1);
    },
    signal,
  );
  return { source: csv, sha256 };
}

async function fromEvents(
  config: InteractionConfig,
  source: InteractionSource,
  { pool, onNotice }: { readonly pool: NonNullable<DataPlaces['pool']> } & Pick<DataPlaces, 'onNotice'>,
  onInteraction: OnInteraction,
  signal: AbortSignal | undefined,
): Promise<SourceIdentity> {
  const name = describeDataSource(source);
  const hash = createHash('sha256');
  let rows = 0;
  let withoutValue = 0;
  const isValued = needsValue(config, source);
  for await (const { entityId, targetEntityId, value } of readInteractions(pool, source, signal)) {
    if (isValued && value === undefined) {
      withoutValue += 1;
      continue;
    }
    const counted = isValued ? value! : 1;
    rows += 1;
    onInteraction(entityId, targetEntityId, counted);
    hash.update(`${JSON.stringify([entityId, targetEntityId, counted])}\n`);
  }
  const { value = 'none' } = source.interactions;
  if (rows === 0 && withoutValue > 0) {
    throw new DataError(`${name}: none has a rating; interactions.value names its property (${value})`);
  }
  if (rows === 0) throw new DataError(`${name}: there are none; send them to the event server`);
  if (withoutValue > 0) onNotice?.(`${name}: ${withoutValue} left out for want of a rating (${value})`);
  return { source: name, sha256: hash.digest('hex') };
}

async function fromObservations(
  model: string,
  { mode }: InteractionConfig,
  { pool, version }: { readonly pool: Pool; readonly version: Version },
  onInteraction: OnInteraction,
  signal: AbortSignal | undefined,
): Promise<SourceIdentity> {
  const name = `observations of '${model}'`;
  const hash = createHash('sha256');
  let newest: bigint | undefined;
  for await (const { user, item, score, position } of readObservations(pool, version, model, signal)) {
    const counted = mode === 'implicit' ? 1 : score;
    onInteraction(user, item, counted);
    hash.update(`${JSON.stringify([user, item, counted])}\n`);
    if (newest === undefined || position > newest) newest = position;
  }
  if (newest === undefined && mode !== 'user-item') {
    throw new DataError(`${name}: there are none; send some to POST /observe/${model}`);
  }
  return { source: name, sha256: hash.digest('hex'), ...(newest !== undefined && { position: newest }) };
}
