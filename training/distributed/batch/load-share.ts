import type { SparseRows } from '../../../learning/sparse/rows';
import { parseParts } from '../../darlin/load-rows';
import { throughCache } from '../../darlin/local-cache';
import { BadLineCount } from '../../data/bad-lines';
import type { BatchPlan } from './batch-plan';
import type { LoadReport } from './messages/call';

/** What has to be known to load the rows of a seat. */
export type SharePlan = Pick<BatchPlan, 'conf' | 'shares' | 'cache'>;

/** How many bad lines there may be is for the scheduler to say, which knows of all. */
const anyNumber = { lines: Number.POSITIVE_INFINITY };

/**
 * Reads the rows of a seat, from the cache if they are there.
 * @param warn is told of a cache that cannot be written
 * @throws {DataError} if files cannot be read
 */
export async function loadShare(
  { conf, shares, cache }: SharePlan,
  seat: number,
  warn: (message: string) => void,
): Promise<{ readonly rows: SparseRows; readonly report: LoadReport }> {
  const count = new BadLineCount(anyNumber);
  const { rows, cached } = await throughCache(
    cache && `${cache}-${seat}`,
    // There is a worker for each core, so that threads would only get in their way.
    () => parseParts(conf, shares[seat]!, (minibatch) => count.add(minibatch), 0),
    warn,
    // Bad lines are to be told each time, and from the cache nothing is known of them.
    () => count.bad === 0,
  );
  const { lines, bad, first } = count;
  return { rows, report: { lines: cached ? rows.labels.length : lines, bad: { count: bad, first }, cached } };
}
