import type { Pool } from 'pg';
import type { SoftmaxConfig } from '../config/schema';
import { DataError } from './data-error';
import type { Dataset } from './dataset';
import { readCsv } from './readers/csv';
import { readEntities } from './readers/events/entities';

/** Where the data of a model may be. */
export interface DataPlaces {
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  /** The database of the event server; not needed for files. */
  readonly pool?: Pool | undefined;
  /** Hears a line about data that is left out. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * Reads the rows that a model learns from, wherever its source says they are.
 * @param name of the model
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function readDataset(
  name: string,
  { source, mapping, target }: Pick<SoftmaxConfig, 'source' | 'mapping' | 'target'>,
  { directory, pool, onNotice }: DataPlaces,
  signal?: AbortSignal,
): Promise<Dataset> {
  if ('csv' in source) return readCsv({ ...source, directory, features: mapping, target }, signal);
  if ('interactions' in source) throw new DataError(`models.${name}.source.interactions: hold no rows to learn from`);
  if (!pool) throw new Error(`models.${name}.source.events: no database was given to read events from`);
  return readEntities({ pool, source, features: mapping, target, onNotice }, signal);
}
