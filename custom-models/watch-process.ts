import { Worker } from 'node:worker_threads';

/** Under which conditions a process that runs a model may go on. */
export interface ProcessBounds {
  /** The process that started it, without which it ends. */
  readonly parent: number;
  /** Resident memory that it may have, in MiB. */
  readonly memoryMiB: number;
  /** Whose process it is, as it says when it ends for its memory. */
  readonly shown: string;
}

/** Kills this process when its parent is gone or its memory used up, even if what it runs never comes to an end. */
export function watchProcess({ parent, memoryMiB, shown }: ProcessBounds): void {
  const program = `
    const { workerData: { parent, memoryMiB, shown } } = require('node:worker_threads');
    setInterval(() => {
      const used = process.memoryUsage.rss() / 2 ** 20;
      if (used > memoryMiB) require('node:fs').writeSync(2, shown + ': takes more than ' + memoryMiB + ' MiB\\n');
      if (used > memoryMiB || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, 100);`;
  new Worker(program, { eval: true, workerData: { parent, memoryMiB, shown } }).unref();
}
