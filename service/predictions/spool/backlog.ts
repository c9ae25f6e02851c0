import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent, listSegments, listSpools, notedPosition, segmentName } from './directory';
import { readBatch } from './reader';

/** Bytes of a spool that the database does not have yet; never too few. */
async function unshippedBytes(spool: string): Promise<number> {
  const shipped = await notedPosition(spool);
  const sizes = (await listSegments(spool))
    .filter((segment) => segment >= shipped.segment)
    .map(async (segment) => {
      const size = (await ifPresent(stat(join(spool, segmentName(segment)))))?.size ?? 0;
      return segment === shipped.segment ? Math.max(0, size - shipped.offset) : size;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The same for all spools of a version. */
export async function totalUnshippedBytes(root: string): Promise<number> {
  const each = await Promise.all((await listSpools(root)).map((id) => unshippedBytes(join(root, id))));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

/** When the oldest frame that the database does not have was written, in milliseconds since the epoch. */
export async function oldestUnshipped(root: string): Promise<number | undefined> {
  const first = (await listSpools(root)).map(async (id) => {
    const spool = join(root, id);
    const glance = { maxBytes: 64 * 1024, finished: false, onGap: async () => {} };
    const batch = await readBatch(spool, await notedPosition(spool), glance);
    return batch?.frames[0]?.writtenAt ?? Number.POSITIVE_INFINITY;
  });
  const oldest = Math.min(...(await Promise.all(first)));
  return Number.isFinite(oldest) ? oldest : undefined;
}
