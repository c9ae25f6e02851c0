import { resolve } from 'node:path';
import { FolderStore } from './folder-store';
import type { ModelStore } from './model-store';
import { S3Store } from './s3-store';

const s3Location = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*?))?\/*$/;

/**
 * Opens the store at a place; touches nothing yet.
 * @param location a folder, or `s3://bucket/prefix`
 * @throws {Error} if it begins with `s3:` and names no bucket
 */
export function openModelStore(location: string): ModelStore {
  if (!location.startsWith('s3:')) return new FolderStore(resolve(location));
  const [, bucket, prefix = ''] = s3Location.exec(location) ?? [];
  if (!bucket) throw new Error(`'${location}' is no place for models: write s3://bucket/prefix or a folder`);
  return new S3Store(bucket, prefix);
}
