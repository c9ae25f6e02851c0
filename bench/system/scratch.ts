import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a benchmark leaves behind is removed at its end, however it ends. */
export interface Scratch {
  readonly folder: string;
  /** Stops it at the end, what was started last first. */
  stopAtEnd<T extends { stop(): Promise<void> }>(started: T): T;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Runs a benchmark in a folder of its own, which holds gigabytes of some. */
export async function inScratch<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'modelapp-bench-'));
  const started: { stop(): Promise<void> }[] = [];
  const remove = async () => {
    for (const server of started) await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  let removal: Promise<void> | undefined;
  const removeOnce = () => {
    removal ??= remove();
    return removal;
  };
  const interrupt = (signal: (typeof signals)[number]) => {
    const end = () => process.exit(128 + constants.signals[signal]);
    removeOnce().then(end, end);
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work({
      folder,
      stopAtEnd(server) {
        started.unshift(server);
        return server;
      },
    });
  } finally {
    await removeOnce();
    for (const signal of signals) process.off(signal, interrupt);
  }
}
