import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { type Clock, MicroBatcher, WholeBatchError } from '../../../service/batching/micro-batcher';

/** Time that passes only when told to, from one planned call to the next. */
class PlannedTime implements Clock {
  #now = 0;
  #planned: { readonly at: number; readonly call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): () => void {
    const planned = { at: this.#now + delayMs, call };
    this.#planned.push(planned);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== planned);
    };
  }

  /** Lets time pass until nothing is planned any more. */
  async pass(): Promise<void> {
    for (;;) {
      await setImmediate();
      const next = this.#planned.toSorted((a, b) => a.at - b.at)[0];
      if (!next) return;
      this.#planned = this.#planned.filter((other) => other !== next);
      this.#now = next.at;
      next.call();
    }
  }
}

interface Arrival {
  readonly at: number;
  /** Distinct in all requests, so that an answer tells whose it is. */
  readonly rows: readonly number[];
}

interface Run {
  readonly rows: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Everything that a model was asked, and what became of each request. */
async function simulate(
  arrivals: readonly Arrival[],
  limits: { readonly maxSize: number; readonly maxDelayMs: number },
  isBad: (row: number) => boolean = () => false,
) {
  const time = new PlannedTime();
  const runs: Run[] = [];
  const batcher = new MicroBatcher<number, string>(
    async (rows) => {
      const from = time.now();
      await new Promise<void>((resolve) => time.after(1 + (rows.length % 5), resolve));
      runs.push({ rows, from, to: time.now() });
      if (rows.some(isBad)) throw new Error(`bad: ${rows.filter(isBad)}`);
      return rows.map((row) => `answer ${row}`);
    },
    limits,
    time,
  );
  const outcomes: Promise<readonly string[] | Error>[] = [];
  for (const { at, rows } of arrivals) {
    time.after(at, () => outcomes.push(batcher.answer(rows).catch((error: Error) => error)));
  }
  await time.pass();
  return { runs, outcomes: await Promise.all(outcomes) };
}

const limits = fc.record({ maxSize: fc.integer({ min: 1, max: 12 }), maxDelayMs: fc.integer({ min: 0, max: 20 }) });

/** Requests in order of time, with rows that no two share. */
const arrivals = fc
  .array(fc.record({ pauseMs: fc.integer({ min: 0, max: 15 }), size: fc.integer({ min: 0, max: 15 }) }), {
    maxLength: 40,
  })
  .map((requests) => {
    let at = 0;
    let row = 0;
    return requests.map(({ pauseMs, size }): Arrival => {
      at += pauseMs;
      return { at, rows: Array.from({ length: size }, () => row++) };
    });
  });

const answersTo = (rows: readonly number[]): string[] => rows.map((row) => `answer ${row}`);

describe('MicroBatcher', () => {
  it('answers each request with the answers to its own rows in order, however requests arrive', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (requests, given) => {
        const { outcomes } = await simulate(requests, given);
        expect(outcomes).toEqual(requests.map(({ rows }) => answersTo(rows)));
      }),
    );
  });

  it('never runs more rows than the maximum, but for a single request that has more', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (requests, given) => {
        const { runs } = await simulate(requests, given);
        for (const { rows } of runs) {
          const isOneRequest = requests.some((request) => request.rows.join() === rows.join());
          if (rows.length > given.maxSize) expect(isOneRequest).toBe(true);
        }
      }),
    );
  });

  it('runs one batch at a time, and all rows once in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (requests, given) => {
        const { runs } = await simulate(requests, given);
        for (let i = 1; i < runs.length; i += 1) expect(runs[i]!.from).toBeGreaterThanOrEqual(runs[i - 1]!.to);
        expect(runs.flatMap(({ rows }) => rows)).toEqual(requests.flatMap(({ rows }) => rows));
      }),
    );
  });

  it('lets no request wait longer than the maximum once the model is free', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (requests, given) => {
        const { runs } = await simulate(requests, given);
        for (const [i, { rows, from }] of runs.entries()) {
          const oldest = requests.find((request) => request.rows.length > 0 && request.rows[0] === rows[0]);
          if (!oldest) continue;
          const freeSince = runs[i - 1]?.to ?? 0;
          expect(from).toBeLessThanOrEqual(Math.max(oldest.at + given.maxDelayMs, freeSince));
        }
      }),
    );
  });

  it('fails only the requests that fail by themselves, whatever shares a batch with them', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, limits, async (requests, given) => {
        const isBad = (row: number) => row % 7 === 3;
        const { outcomes } = await simulate(requests, given, isBad);
        const expected = requests.map(({ rows }) =>
          rows.some(isBad) ? new Error(`bad: ${rows.filter(isBad)}`) : answersTo(rows),
        );
        expect(outcomes).toEqual(expected);
      }),
    );
  });

  it('runs a request that finds the model idle at once, whatever the delay', async () => {
    const alone = [0, 100, 200].map((at, row) => ({ at, rows: [row] }));
    const { runs } = await simulate(alone, { maxSize: 8, maxDelayMs: 50 });
    expect(runs.map(({ from }) => from)).toEqual([0, 100, 200]);
  });

  it('runs what came while the model was busy as one batch', async () => {
    const { runs } = await simulate(
      [0, 1, 1, 1].map((at, row) => ({ at, rows: [row] })),
      { maxSize: 8, maxDelayMs: 0 },
    );
    expect(runs.map(({ rows }) => rows)).toEqual([[0], [1, 2, 3]]);
  });

  it('runs a batch that is full without waiting', async () => {
    const { runs } = await simulate(
      [0, 1, 3, 4].map((at, row) => ({ at, rows: [row] })),
      { maxSize: 3, maxDelayMs: 1000 },
    );
    expect(runs.map(({ rows, from }) => [rows, from])).toEqual([
      [[0], 0],
      [[1, 2, 3], 4],
    ]);
  });

  it('fails all requests of a batch at once where the failure is common to them', async () => {
    const batches: (readonly number[])[] = [];
    const batcher = new MicroBatcher<number, string>(
      async (rows) => {
        batches.push(rows);
        await setImmediate();
        throw new WholeBatchError('took too long');
      },
      { maxSize: 8, maxDelayMs: 0 },
    );
    const requests = [1, 2, 3].map((row) => batcher.answer([row]));
    for (const request of requests) await expect(request).rejects.toThrow('took too long');
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('fails the request whose answers do not come one for each row', async () => {
    const batcher = new MicroBatcher<number, string>(async () => ['one'], { maxSize: 8, maxDelayMs: 0 });
    await expect(batcher.answer([1, 2])).rejects.toThrow('the model answered 1 predictions for 2 samples');
  });
});
