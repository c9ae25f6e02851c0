import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Starts real trainer processes and ends those that are left. */
export class Trainers {
  readonly children: ChildProcess[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), 'trainers-'));
  readonly #program = join(this.folder, 'trainer.js');

  async build(): Promise<void> {
    const entryPoints = [join(__dirname, 'trainer-process.ts')];
    await build({
      entryPoints,
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      external: ['pg-native'],
      logLevel: 'error',
    });
  }

  spawn(jobId: string, environment: Readonly<Record<string, string>>): ChildProcess {
    const env = { ...process.env, FOLDER: join(this.folder, 'models'), ...environment };
    const child = spawn(process.execPath, [this.#program, jobId], { env, stdio: 'ignore' });
    this.children.push(child);
    return child;
  }

  endAll(): void {
    for (const child of this.children.splice(0)) child.kill('SIGKILL');
  }

  remove(): void {
    this.endAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
