import type { Pool } from 'pg';
import { isTextModel } from '../config/models/algorithms/classifier';
import type { CustomRowsConfig } from '../config/schema';
import type { Version } from '../config/version';
import type { ClassifierConfig } from './classifier/fit-classifier';
import { DataError } from './data-error';
import type { Dataset } from './dataset';
import { readCsv } from './readers/csv';
import { readEntities } from './readers/events/entities';

/** Where the data of a model may be. */
export interface DataPlaces {
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  /** The database that holds events and observations; not needed for files. */
  readonly pool?: Pool | undefined;
  /** Whose observations; not needed for files and events. */
  readonly version?: Version | undefined;
  /** Hears a line about data that is left out. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

type RowsConfig = Pick<ClassifierConfig | CustomRowsConfig, 'source' | 'mapping' | 'target'> & {
  readonly algorithm?: string;
  readonly mode?: string;
};

/**
 * Reads the rows that a model learns from, wherever its source says they are. Those of a text model have empty texts for
 * users, of whom the data says nothing.
 * @param name of the model
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function readDataset(
  name: string,
  config: RowsConfig,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<Dataset> {
  if (!isTextModel(config)) return readRows(name, config, places, signal);
  const { rows, ...dataset } = await readRows(name, { ...config, mapping: config.mapping.slice(1) }, places, signal);
  return { ...dataset, rows: rows.map((row) => ['', ...row]) };
}

async function readRows(
  name: string,
  { source, mapping, target }: Pick<RowsConfig, 'source' | 'mapping' | 'target'>,
  { directory, pool, onNotice }: DataPlaces,
  signal?: AbortSignal,
): Promise<Dataset> {
  if ('csv' in source) return readCsv({ ...source, directory, features: mapping, target }, signal);
  if ('observations' in source) throw new DataError(`models.${name}.source.observations: hold no rows to learn from`);
  if ('interactions' in source) throw new DataError(`models.${name}.source.interactions: hold no rows to learn from`);
  if (!pool) throw new Error(`models.${name}.source.events: no database was given to read events from`);
  return readEntities({ pool, source, features: mapping, target, onNotice }, signal);
}
