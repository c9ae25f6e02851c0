import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compile } from '../../../config/file/compile';
import { linearRegression } from './onnx-file';

it('opens a file without a trace of telemetry in the home of the user', async () => {
  const home = mkdtempSync(join(tmpdir(), 'modelapp-home-'));
  const file = join(home, 'line.onnx');
  writeFileSync(file, linearRegression([1, 2], 3));
  const { code } = await compile(resolve('learning/onnx/onnx-session.ts'), 'onnx-session.ts');
  const use = `
    new module.exports.OnnxSession(require('node:fs').readFileSync(${JSON.stringify(file)})).use(({ inputNames }) => {
      console.log(inputNames.join());
      // It notes the device a while after it has started.
      return new Promise((resolve) => setTimeout(resolve, 1_000));
    });`;

  // In CI the runtime is silent by itself.
  const env = { PATH: process.env.PATH, HOME: home } as unknown as NodeJS.ProcessEnv;
  const printed = execFileSync(process.execPath, ['-e', code + use], { encoding: 'utf8', env });

  expect(printed).toBe('X\n');
  expect(readdirSync(home)).toEqual(['line.onnx']);
  rmSync(home, { recursive: true });
});
