import { DeleteObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { Version } from '../../config/version';
import type { ArchiveSummary, Inspection } from '../../lambda/tables/direct-call';
import type { AwsSession } from '../aws/session';
import { counted } from './plan';

/** Stand-ins for S3 have no name per bucket. */
class ArchivesClient extends S3Client {
  constructor(settings: S3ClientConfig) {
    super({ ...settings, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  }
}

/** Where a version's archive goes: a folder for each stack that bore its name. */
export const archiveAddress = (bucket: string, version: Version, id: string): string =>
  `s3://${bucket}/archives/${version}/${id}/`;

/**
 * Names the folder of the archive of a version: the last part of its stack's id. For tables that no stack owns it is that
 * of an earlier try which did not come to its end, else a new one, so that it never mixes with rows of an earlier deployment.
 */
export function archiveId(stackId: string | undefined, { archives }: Inspection, now: Date): string {
  if (stackId) return stackId.split('/').at(-1)!;
  const unfinished = archives.find(({ id, dropped }) => id.startsWith('leftovers-') && !dropped);
  return unfinished?.id ?? `leftovers-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
}

/** Says whether the tables are archived before they are dropped; a mark that an earlier revert left counts no more. */
export async function markArchiving(
  { client }: AwsSession,
  Bucket: string,
  version: Version,
  archive: boolean,
): Promise<void> {
  const s3 = client(ArchivesClient);
  const Key = `archives/${version}/SKIP`;
  if (archive) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  else await s3.send(new PutObjectCommand({ Bucket, Key, Body: '', ChecksumAlgorithm: 'SHA256' }));
}

/**
 * What an archive lacks, a line each.
 * @param archive undefined if there is none
 * @param rows by table, as the database held them
 */
export function lacksOf(archive: ArchiveSummary | undefined, rows: Readonly<Record<string, number>>): string[] {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  if (!archive) return total > 0 ? [`there is no archive of ${counted(total, 'row')}`] : [];
  const lacks = Object.entries(rows)
    .filter(([table, count]) => (archive.rows[table] ?? 0) < count)
    .map(([table, count]) => `${table} had ${counted(count, 'row')}, and ${archive.rows[table] ?? 0} are archived`);
  if (!archive.complete) lacks.push('is not complete');
  if (!archive.dropped) lacks.push('does not say that the tables were dropped');
  return lacks.map((lack) => `${archive.address}: ${lack}`);
}
