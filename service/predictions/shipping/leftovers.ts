import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ifPresent, namesIn, segmentName } from '../spool/directory';
import type { Gap } from '../spool/reader';
import type { RejectedRow } from './shipment';

type Log = Pick<Logger, 'info' | 'error'>;

const rejectedFile = 'rejected.copy';
const isLeftover = (name: string): boolean => name === rejectedFile || name.endsWith('.damaged');

/** Keeps rows that the database refuses, so that they hold up no others and are not lost. */
export async function keepRejected(spool: string, rows: readonly RejectedRow[], logger: Log): Promise<void> {
  const file = join(spool, rejectedFile);
  await appendFile(file, Buffer.concat(rows.map(({ lines }) => lines)), { flush: true });
  for (const { reason } of rows)
    logger.error({ file, reason }, 'the database refuses a prediction; it is in this file');
}

/** Keeps damaged bytes of a segment. The end of a write that was cut off was never answered and is left behind. */
export async function keepGap(spool: string, { segment, from, bytes, kind }: Gap, logger: Log): Promise<void> {
  if (kind === 'torn') {
    logger.info({ spool, bytes: bytes.length }, 'the last write of a spool was cut off; it had not been answered');
    return;
  }
  const file = join(spool, `${segmentName(segment)}.${from}.damaged`);
  await writeFile(file, bytes, { flush: true });
  logger.error({ file, bytes: bytes.length }, 'a part of a spool is damaged; it is in this file, the rest was shipped');
}

/** Removes a spool that the database has whole, or sets it aside if something is left in it. */
export async function retireSpool(root: string, id: string): Promise<void> {
  const spool = join(root, id);
  const names = await namesIn(spool);
  for (const name of names.filter((entry) => !isLeftover(entry))) await rm(join(spool, name), { force: true });
  if (names.some(isLeftover)) await ifPresent(rename(spool, `${spool}.kept`));
  else await rm(spool, { recursive: true, force: true });
}
