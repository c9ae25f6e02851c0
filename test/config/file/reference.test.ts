import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationReference } from '../../../config/file/reference';

const optionRows = configurationReference()
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | '));

describe('the reference of the configuration', () => {
  test('describes every option', () => {
    const silent = optionRows.filter((cells) => cells.at(-1)?.replace('|', '').trim() === '').map(([path]) => path);
    expect(silent).toEqual([]);
  });

  test('stands in docs/configuration.md as the schema has it (npm run docs writes it)', () => {
    const documented = readFileSync(join(__dirname, '../../../docs/configuration.md'), 'utf8');
    expect(documented).toContain(configurationReference());
  });
});
