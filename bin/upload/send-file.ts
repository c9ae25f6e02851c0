import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { HeadObjectCommand, type S3Client, type S3ServiceException } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { CommandError } from '../failure';
import type { LocalFile } from './local-files';

const megabyte = 2 ** 20;
/** Parts of at least this many bytes, two of which travel at a time; S3 takes at most 10,000 of a file. */
const leastPart = 8 * megabyte;
const mostParts = 10_000;
/** S3's own limit. */
const largestFile = 5 * 2 ** 40;

/** Where a file goes, and how it is kept there. */
export interface Destination {
  readonly bucket: string;
  readonly key: string;
  /** Of AWS KMS; S3 encrypts with a key of its own if there is none. */
  readonly kmsKey: string | undefined;
}

/** The metadata that tells whether an object is the file: the tag of one that came in parts does not. */
const digestField = 'sha256';

/**
 * Uploads a file, unless it is there: private as the bucket's owner has it, and encrypted. A large one goes in parts, none
 * of which is left behind if it fails.
 * @returns whether it was uploaded
 * @throws {CommandError} if the file changes meanwhile
 */
export async function sendFile(
  client: S3Client,
  file: LocalFile,
  { bucket, key, kmsKey }: Destination,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (bytes: number) => void },
): Promise<boolean> {
  if (file.size > largestFile) throw new CommandError(`${file.path}: S3 takes files of 5 TiB at most; split it`);
  const place = { Bucket: bucket, Key: key };
  const digest = await digestOf(file.path, signal);
  if (await isThere(client, place, file.size, digest)) return false;
  const upload = new Upload({
    client,
    queueSize: 2,
    partSize: Math.max(leastPart, Math.ceil(file.size / mostParts)),
    params: {
      ...place,
      // A stream that ends in an error lets the upload remove its parts; its own way to abort does not wait for that.
      Body: createReadStream(file.path, { signal }),
      Metadata: { [digestField]: digest },
      ...(kmsKey ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey } : { ServerSideEncryption: 'AES256' }),
    },
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(loaded));
  await upload.done();
  const { size, mtimeMs } = await stat(file.path);
  if (size !== file.size || mtimeMs !== file.modifiedAt) {
    throw new CommandError(`${file.path}: has changed while it was uploaded; upload it again`);
  }
  return true;
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function isThere(client: S3Client, place: { Bucket: string; Key: string }, size: number, digest: string) {
  try {
    const { ContentLength, Metadata } = await client.send(new HeadObjectCommand(place));
    return ContentLength === size && Metadata?.[digestField] === digest;
  } catch (error) {
    const status = (error as S3ServiceException).$metadata?.httpStatusCode;
    // Who may not list a bucket is denied what is absent.
    if (status === 404 || status === 403) return false;
    throw error;
  }
}
