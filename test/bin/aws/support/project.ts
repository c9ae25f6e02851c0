import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigInput } from '../../../../config/schema';
import { runFolder } from '../../../support/test-run';

/** A folder with configuration, VERSION and cdk.json, as a user of the CDK app has it. */
export function writeProject(
  aws: ConfigInput['aws'] = {},
  { version = '1.2.0', versions = [] as readonly string[] } = {},
): string {
  const folder = mkdtempSync(join(runFolder(), 'project-'));
  const model = {
    algorithm: 'softmax',
    source: { csv: 'iris.csv' },
    target: 'species',
    mapping: [{ name: 'petal_length', type: 'float' }],
  };
  writeFileSync(
    join(folder, 'modelapp.config.js'),
    `module.exports.default = ${JSON.stringify({ models: { iris: model }, aws })};`,
  );
  writeFileSync(join(folder, 'VERSION'), `${version}\n`);
  writeFileSync(
    join(folder, 'cdk.json'),
    `${JSON.stringify({ context: { 'modelapp:versions': versions } }, null, 2)}\n`,
  );
  return folder;
}
