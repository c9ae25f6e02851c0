import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';

// Stand-ins for S3 have no name per bucket.
const s3 = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });

const at = (key: string) => ({ Bucket: process.env.ARTIFACTS_BUCKET, Key: key });

/** A stored object as its writer knows it. */
export interface StoredObject {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Stores an object; S3 refuses it if it arrives changed. */
export async function put(key: string, body: Buffer): Promise<StoredObject> {
  const sha256 = createHash('sha256').update(body).digest('hex');
  await s3.send(new PutObjectCommand({ ...at(key), Body: body, ChecksumSHA256: base64(sha256) }));
  return { bytes: body.length, sha256 };
}

/** Whether the bucket holds the object as it was written. */
export async function holds(key: string, { bytes, sha256 }: StoredObject): Promise<boolean> {
  const head = await ifFound(() => s3.send(new HeadObjectCommand({ ...at(key), ChecksumMode: 'ENABLED' })));
  return head?.ContentLength === bytes && head.ChecksumSHA256 === base64(sha256);
}

export async function exists(key: string): Promise<boolean> {
  return (await ifFound(() => s3.send(new HeadObjectCommand(at(key))))) !== undefined;
}

/** @returns undefined if there is no such object */
export async function readText(key: string): Promise<string | undefined> {
  const object = await ifFound(() => s3.send(new GetObjectCommand(at(key))));
  return object?.Body?.transformToString();
}

/** The names of the folders in a folder. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const pages = paginateListObjectsV2(
    { client: s3 },
    { Bucket: process.env.ARTIFACTS_BUCKET, Prefix: folder, Delimiter: '/' },
  );
  const names: string[] = [];
  for await (const { CommonPrefixes = [] } of pages) {
    for (const { Prefix = '' } of CommonPrefixes) names.push(Prefix.slice(folder.length, -1));
  }
  return names;
}

/** The keys of all objects in a folder, those in folders below it too. */
export async function keysIn(folder: string): Promise<readonly string[]> {
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: process.env.ARTIFACTS_BUCKET, Prefix: folder });
  const keys: string[] = [];
  for await (const { Contents = [] } of pages) keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
  return keys;
}

/** Copies an object within S3. */
export async function copy(from: string, to: string): Promise<void> {
  const CopySource = [process.env.ARTIFACTS_BUCKET, ...from.split('/').map(encodeURIComponent)].join('/');
  await s3.send(new CopyObjectCommand({ ...at(to), CopySource }));
}

/** `s3://bucket/key` */
export const addressOf = (key: string): string => `s3://${process.env.ARTIFACTS_BUCKET}/${key}`;

export async function remove(key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand(at(key)));
}

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

async function ifFound<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFound || error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
