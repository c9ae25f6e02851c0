import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { AwsSession } from '../aws/session';

/** Stand-ins for S3 have no name per bucket. */
class ObjectsClient extends S3Client {
  constructor(settings: S3ClientConfig) {
    super({ ...settings, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  }
}

/** Stores a small object, encrypted; S3 refuses it if it arrives changed. */
export async function storeObject({ client }: AwsSession, bucket: string, key: string, body: Buffer): Promise<void> {
  await client(ObjectsClient).send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ChecksumAlgorithm: 'SHA256' }),
  );
}

/** Brings an object to a file of this machine: written aside, then renamed. */
export async function bringObject(session: AwsSession, address: string, file: string): Promise<void> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  const { Body } = await session.client(ObjectsClient).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.part`, Body as Readable);
  await rename(`${file}.part`, file);
}
