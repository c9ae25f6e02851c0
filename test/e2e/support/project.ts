import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigInput } from '../../../config/schema';
import shipped from '../../../modelapp.config';
import type { Place } from './place';

const csv = resolve(__dirname, '../../../examples/iris/iris.csv');

/** Writes the shipped project with some options changed; returns its configuration file. */
export function writeProject(place: Place, changes: Partial<ConfigInput>): string {
  const iris = { ...shipped.models.iris, source: { csv } };
  const folder = join(place.folder, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
  const file = join(folder, 'modelapp.config.ts');
  writeFileSync(file, `export default ${JSON.stringify({ ...shipped, models: { iris }, ...changes })};\n`);
  return file;
}
