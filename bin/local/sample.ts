import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { ModelConfig } from '../../config/schema';
import { parseFeature } from '../../learning/feature-text';
import type { FeatureValue } from '../../learning/model';

const placeholders: Readonly<Record<string, FeatureValue>> = { float: 1.5, int: 1, str: 'text', bool: true };

const noRow: Readonly<Record<string, string>> = {};

/** A file's first row is in there, unless the file is strange. */
const headBytes = 64 * 1024;

/** Values to try a model with: the first row of its file, or placeholders where there is none that can be read. */
export async function sampleOf(
  { source, mapping }: ModelConfig,
  directory: string,
): Promise<Readonly<Record<string, FeatureValue>>> {
  const row =
    'csv' in source ? await firstRow(resolve(directory, source.csv), source.delimiter).catch(() => noRow) : noRow;
  return Object.fromEntries(
    mapping.map(({ name, aliases, type }) => {
      const text = [name, ...aliases].map((column) => row[column]).find((cell) => cell !== undefined);
      const value = text === undefined ? undefined : parseFeature(type, text);
      return [name, value ?? (placeholders[type] as FeatureValue)];
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
