import { readFile } from 'node:fs/promises';
import { DataError, DataExitCode } from '../data-error';
import { openS3 } from '../s3-client';
import { type ParsedConf, parseConf } from './parse-conf';

const s3Address = /^s3:\/\/([^/]+)\/(.+)$/;

export interface ReadConf extends ParsedConf {
  /** As it was read. */
  readonly text: string;
}

/**
 * Reads a configuration of the dmlc parameter server.
 * @param address a path, or `s3://bucket/key`: credentials, region and `AWS_ENDPOINT_URL` are the AWS SDK's
 * @throws {ConfError} that tells all its faults
 * @throws {DataError} if it is absent or may not be read
 */
export async function readConf(address: string): Promise<ReadConf> {
  const text = address.startsWith('s3://') ? await readObject(address) : await readLocal(address);
  return { ...parseConf(text, address), text };
}

async function readLocal(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw absent(path, 'there is no such file');
    if (code === 'EISDIR') throw absent(path, 'is a folder; name the file of the configuration');
    throw noAccess(path, code === 'EACCES' ? 'no permission to read it' : message);
  }
}

/** Loads the SDK only where it comes to that: most configurations are files. */
async function readObject(address: string): Promise<string> {
  const [, Bucket, Key] = s3Address.exec(address) ?? [];
  if (!Bucket || !Key) throw absent(address, 'names no file; write s3://bucket/key');
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await openS3({ requestHandler: { connectionTimeout: 5_000 } });
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'NoSuchKey') throw absent(address, 'there is no such file');
    if (name === 'NoSuchBucket') throw absent(address, 'there is no such bucket');
    throw noAccess(address, message || name);
  } finally {
    client.destroy();
  }
}

const absent = (address: string, reason: string) => new DataError(`${address}: ${reason}`, DataExitCode.absent);

const noAccess = (address: string, reason: string) =>
  new DataError(`${address}: cannot be read: ${reason}`, DataExitCode.noAccess);
