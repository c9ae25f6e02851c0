import { CommandError, ExitCode } from '../failure';

/** A place in S3. */
export interface Address {
  readonly bucket: string;
  /** May be empty, or end with `/`. */
  readonly key: string;
}

const pattern = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

/**
 * Reads `s3://bucket/prefix/`.
 * @throws {CommandError} with the exit code of a usage error
 */
export function parseAddress(text: string): Address {
  const [, bucket, key = ''] = pattern.exec(text) ?? [];
  if (bucket) return { bucket, key };
  throw new CommandError(`'${text}' is no place in S3: write for example s3://my-bucket/data/`, ExitCode.usage);
}

/** As a user writes it. */
export const addressOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;

/**
 * The key of a file.
 * @param name of the file below the folder that is uploaded, or of the one file
 */
export function keyFor({ key }: Address, name: string, isFolder: boolean): string {
  if (key === '' || key.endsWith('/')) return key + name;
  return isFolder ? `${key}/${name}` : key;
}
