import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a benchmark leaves behind is removed at its end, however it ends. */
export interface Scratch {
  readonly folder: string;
  /** Stops it at the end, what was started last first. */
  stopAtEnd<T extends { stop(): Promise<void> }>(started: T): T;
}

/** Runs a benchmark in a folder of its own. */
export async function inScratch(work: (scratch: Scratch) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'modelapp-bench-'));
  const started: { stop(): Promise<void> }[] = [];
  try {
    await work({
      folder,
      stopAtEnd(server) {
        started.unshift(server);
        return server;
      },
    });
  } finally {
    for (const server of started) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
