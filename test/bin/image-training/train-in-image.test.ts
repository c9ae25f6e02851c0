import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { ModelappCommand } from '../aws/support/command';

jest.setTimeout(120_000);

/** Runs the command beside a configuration on a machine without Docker. */
function run(...words: string[]) {
  const folder = mkdtempSync(join(runFolder(), 'image-'));
  writeFileSync(join(folder, 'net.conf'), '');
  return new ModelappCommand(folder, { PATH: folder }).run('train', ...words);
}

test.each([
  [['net.conf', '--', 'python'], 'the command after -- is of an image: add --image URI'],
  [
    ['iris', '--image', 'net:1'],
    '--image needs a configuration: modelapp train net.conf --image net:1 -- python train.py',
  ],
  [['absent.conf', '--image', 'net:1'], 'absent.conf: there is no such file'],
  [['net.conf', '--image', 'net:1', '--replicas', '1'], '--replicas: does not go with --image; leave it out'],
  [['net.conf', '--image', 'net:1', '--resume'], '--resume: does not go with --image; leave it out'],
  [
    ['net.conf', '--image', 'net:1'],
    '--image runs in containers, and docker does not answer (there is no such program): install or start Docker',
  ],
])('%j is refused with what to do', async (words, message) => {
  expect(await run(...words)).toEqual({ exitCode: 2, stdout: '', stderr: `modelapp: ${message}\n` });
});
