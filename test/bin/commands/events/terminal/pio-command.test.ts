import { Command } from 'commander';
import { PioCommand, pioWords } from '../../../../../bin/commands/events/terminal/pio-command';

const program = new Command().addCommand(new PioCommand('import')).addCommand(new Command('train'));
const words = (...given: string[]) => pioWords(['node', 'pio', ...given], program).slice(2);

test('what follows -- is ignored', () => {
  expect(words('import', '--appid', '1', '--', '--driver-memory', '4g')).toEqual(['import', '--appid', '1']);
});

test('blanks round the name of an option do not count, those of values do', () => {
  expect(words('import', '--input ', ' my file ', ' -f')).toEqual(['import', '--input', ' my file ', '-f']);
});

test('other verbs get their words as they are', () => {
  expect(words('train', '--model ', '--', 'x')).toEqual(['train', '--model ', '--', 'x']);
});
