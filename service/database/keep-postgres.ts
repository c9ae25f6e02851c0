import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedPostgresRuns, startEmbeddedPostgres } from './embedded';

/** How often to look whether the server still runs, in milliseconds. */
const lookMs = 1_000;

export interface KeepPostgresOptions {
  /** Its folder. */
  readonly directory: string;
  /** Where it has to be found again. */
  readonly url: string;
  /** Told in one line that it died, and how that ended. */
  readonly log: (message: string) => void;
}

/**
 * Starts an embedded PostgreSQL again whenever it has died, which the system's want of memory may be the reason of.
 * @returns ends that; to be called before somebody stops the server
 */
export function keepPostgres({ directory, url, log }: KeepPostgresOptions): () => Promise<void> {
  const end = new AbortController();
  /** What is known to be wrong, so that it is said once. */
  let fault: string | undefined;

  async function restart(): Promise<void> {
    if (fault === undefined) log('PostgreSQL died; starting it again');
    try {
      const server = await startEmbeddedPostgres(directory);
      fault = undefined;
      log(server.url === url ? 'PostgreSQL runs again' : 'PostgreSQL runs on another port now; start modelapp again');
    } catch (error) {
      const { message } = error as Error;
      if (message !== fault) log(message);
      fault = message;
    }
  }

  const kept = (async () => {
    while (await pause(end.signal)) if (!embeddedPostgresRuns(directory)) await restart();
  })();
  return () => {
    end.abort();
    return kept;
  };
}

/** @returns whether to go on */
const pause = (signal: AbortSignal): Promise<boolean> => sleep(lookMs, true, { signal, ref: false }).catch(() => false);
