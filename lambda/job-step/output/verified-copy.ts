import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CopyObjectCommand, GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import type { OutputManifest } from '../../../config/training/training-output';
import { JobFailure } from '../failure';

// Stand-ins for S3 have no name per bucket.
const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
const bucket = process.env.ARTIFACTS_BUCKET;

/**
 * Copies an object that is what the manifest says of it, and no other that may take its place meanwhile.
 * @throws {JobFailure} `OutputInvalid`
 */
export async function copyVerified(
  from: string,
  to: string,
  { name, bytes, sha256 }: OutputManifest['files'][number],
): Promise<void> {
  const found = await read(from);
  if (!found) throw new JobFailure('OutputInvalid', `${name} is in the manifest, and not in the output`);
  if (found.bytes !== bytes) {
    throw new JobFailure('OutputInvalid', `${name} has ${found.bytes} bytes, and ${bytes} by the manifest`);
  }
  if (found.sha256 !== sha256)
    throw new JobFailure('OutputInvalid', `${name} has another SHA-256 than in the manifest`);
  const CopySource = [bucket, ...from.split('/').map(encodeURIComponent)].join('/');
  await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: to, CopySource, CopySourceIfMatch: found.etag }));
}

interface Read {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly etag: string | undefined;
}

/** @returns undefined if there is no such object */
async function read(key: string): Promise<Read | undefined> {
  try {
    const { Body, ETag: etag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of Body as Readable) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: hash.digest('hex'), etag };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
