import { execFileSync, spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { builtCli } from './aws/support/command';

/** The command as PredictionIO's users call it. */
const pio = join(dirname(builtCli()), 'pio');
beforeAll(() => symlinkSync(builtCli(), pio));

test.each([
  [['deploy', '--port', '8000', '--feedback'], 'Use `modelapp start` on this machine, `modelapp deploy` for AWS.'],
  [['build', '--verbose', '--', '--master', 'local'], 'Nothing has to be built'],
])('`pio %s`, a verb of engines, says what to use and does nothing', (words, replacement) => {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };

  const { status, stderr } = spawnSync(process.execPath, [pio, ...words], { encoding: 'utf8', env });

  expect(status).toBe(1);
  expect(stderr).toContain(`[ERROR] [Pio$] ${replacement}`);
});

test('`status` is that of a deployed version, and for those who call `pio` that of the event store', () => {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };
  const help = (program: string) =>
    execFileSync(process.execPath, [program, 'status', '--help'], { encoding: 'utf8', env });

  expect(help(builtCli())).toContain('modelapp status [options] [service]');
  expect(help(pio)).toContain('check that events can be stored here');
});

test('a verb that the product calls itself exits with 2 on wrong usage, as any other', () => {
  const env = { ...process.env, NODE_PATH: resolve('node_modules') };

  const { status, stderr } = spawnSync(process.execPath, [builtCli(), 'job', 'model'], { encoding: 'utf8', env });

  expect(status).toBe(2);
  expect(stderr).toContain("missing required argument 'model'");
});
