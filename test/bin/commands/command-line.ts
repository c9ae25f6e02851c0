import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { pioWords } from '../../../bin/commands/events/terminal/pio-command';
import { modelsCommand } from '../../../bin/commands/models/models';
import { trainCommand } from '../../../bin/commands/training/train';
import { run } from '../../../bin/failure';
import { createProgram } from '../../../bin/program';
import type { TestDatabase } from '../../support/postgres/database';

/** What a command printed, and with which code it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs commands, on a database with a data directory of their own or on none. */
export class CommandLine {
  readonly data = mkdtempSync(join(tmpdir(), 'commands-'));

  /** @param verbs those that can be run, made anew for each run; `train` and `models` by default */
  constructor(
    private readonly database?: Pick<TestDatabase, 'url'>,
    private readonly verbs: () => readonly Command[] = () => [trainCommand(), modelsCommand()],
  ) {}

  async run(...words: string[]): Promise<Ended> {
    const printed = { stdout: '', stderr: '' };
    const spies = (['stdout', 'stderr'] as const).map((stream) =>
      jest.spyOn(process[stream], 'write').mockImplementation((text) => {
        printed[stream] += text;
        return true;
      }),
    );
    const place = this.database ? ['--data', this.data, '--database', this.database.url] : [];
    const program = createProgram(this.verbs());
    await run(program, pioWords(['node', 'modelapp', ...words, ...place], program));
    for (const spy of spies) spy.mockRestore();
    const exitCode = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    return { ...printed, exitCode };
  }

  remove(): void {
    rmSync(this.data, { recursive: true });
  }
}
