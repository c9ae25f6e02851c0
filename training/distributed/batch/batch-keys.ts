/**
 * The names of what a batch training keeps on the servers for one run: a scheduler that goes on with a job begins a new
 * run, so that workers of the last one cannot disturb it. All have the hash tag of the job and so live on one server.
 */
export interface BatchKeys {
  /** Stream: what the scheduler asks and tells, portion by portion; the ids are `number of the call`-`portion`. */
  readonly calls: string;
  /** For each seat a stream: the answers of its worker, under the numbers of the calls. */
  readonly answers: readonly string[];
  /** Hash: seat → number of the worker that has it. */
  readonly owners: string;
  /** Hash: seat → when its worker was last heard of, in milliseconds of the server's clock. */
  readonly heard: string;
  /** Hash: seat → how many workers have died of it in a row. */
  readonly deaths: string;
}

/** The names for a run of a job. */
export function batchKeys(job: string, { run, shares }: { readonly run: string; readonly shares: readonly unknown[] }) {
  const name = (what: string): string => `modelapp:{${job}}:${run}:${what}`;
  const keys: BatchKeys = {
    calls: name('calls'),
    answers: shares.map((_, seat) => name(`answers:${seat}`)),
    owners: name('owners'),
    heard: name('heard'),
    deaths: name('deaths'),
  };
  return keys;
}

/** All of them. */
export const namesOf = ({ answers, ...others }: BatchKeys): readonly string[] => [...answers, ...Object.values(others)];
