import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from './processes';

/** What a program did from its start to its end. */
export interface CommandRun {
  readonly seconds: number;
  /** On standard output; the other one is passed on. */
  readonly printed: string;
  /** Memory that the process had resident, every so often in equal steps of time. */
  readonly residentMiB: readonly number[];
}

const sampleMs = 100;

/**
 * Runs a program to its end and watches its memory, without that of processes which it starts.
 * @param watch is told its id, as often as its memory is looked at
 * @throws {Error} if it fails
 */
export async function runCommand(
  command: readonly [program: string, ...args: string[]],
  watch?: (pid: number) => void,
): Promise<CommandRun> {
  const [program, ...args] = command;
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopWithUs = () => child.kill('SIGKILL');
  process.once('exit', stopWithUs);
  const ended = Promise.all([text(child.stdout), once(child, 'close')]).then(([printed, [code]]) => {
    if (code !== 0) throw new Error(`${command.join(' ')} failed with ${code}:\n${printed}`);
    return { printed, seconds: (performance.now() - startedAt) / 1000 };
  });
  const samples: number[] = [];
  try {
    const isRunning = Symbol();
    for (;;) {
      const end = await Promise.race([ended, sleep(sampleMs, isRunning)]);
      if (end !== isRunning) return { ...(end as Awaited<typeof ended>), residentMiB: samples };
      samples.push(...residentMiB([child.pid as number]));
      watch?.(child.pid as number);
    }
  } finally {
    process.off('exit', stopWithUs);
  }
}
