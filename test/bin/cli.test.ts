import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { builtCli } from './aws/support/command';

test('`status` is that of a deployed version, and for those who call `pio` that of the event store', () => {
  const pio = join(dirname(builtCli()), 'pio');
  symlinkSync(builtCli(), pio);
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };
  const help = (program: string) =>
    execFileSync(process.execPath, [program, 'status', '--help'], { encoding: 'utf8', env });

  expect(help(builtCli())).toContain('modelapp status [options] [service]');
  expect(help(pio)).toContain('check that events can be stored here');
});
