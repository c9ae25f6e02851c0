import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { DataSource } from '../../config/models/data-source';
import type { ModelConfig } from '../../config/schema';
import { parseFeature } from '../../learning/features/feature-text';
import type { FeatureType, FeatureValue } from '../../learning/model';

const placeholders: Readonly<Record<FeatureType, FeatureValue>> = {
  float: 1.5,
  int: 1,
  str: 'text',
  bool: true,
  sparse: { '3': 1, '11': 0.5 },
};

const noRow: Readonly<Record<string, string>> = {};

/** A file's first row is in there, unless the file is strange. */
const headBytes = 64 * 1024;

/** Values to try a model with: the first row of its file, or placeholders where there is none that can be read. */
export async function sampleOf(model: ModelConfig, directory: string): Promise<Readonly<Record<string, FeatureValue>>> {
  if ('source' in model && model.source) return sampleOfSource(model.source, model.mapping, directory);
  return Object.fromEntries(model.mapping.map(({ name, type }) => [name, placeholders[type]]));
}

async function sampleOfSource(
  source: DataSource,
  mapping: Exclude<ModelConfig, { algorithm: 'sparse-linear' }>['mapping'],
  directory: string,
) {
  const row =
    'csv' in source ? await firstRow(resolve(directory, source.csv), source.delimiter).catch(() => noRow) : noRow;
  return Object.fromEntries(
    mapping.map(({ name, aliases, type }): [string, FeatureValue] => {
      const text = [name, ...aliases].map((column) => row[column]).find((cell) => cell !== undefined);
      const value = text === undefined ? undefined : parseFeature(type, text);
      return [name, value ?? placeholders[type]];
    }),
  );
}

async function firstRow(path: string, delimiter = ','): Promise<Record<string, string>> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    const rows = parse(text, { delimiter, bom: true, columns: true, to: 1, relax_column_count: true });
    return (rows[0] ?? {}) as Record<string, string>;
  } finally {
    await file.close();
  }
}
