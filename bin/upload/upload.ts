import { S3Client } from '@aws-sdk/client-s3';
import { asCommandError, isTransient, reasonOf, rememberAction } from '../aws/errors';
import { CommandError, ExitCode } from '../failure';
import { interruptible } from '../interruption';
import { printJson, progress } from '../output';
import { addressOf, keyFor, parseAddress } from './address';
import { type LocalFile, localFiles } from './local-files';
import { type Destination, sendFile } from './send-file';

export interface UploadOptions {
  readonly region?: string;
  readonly kmsKey?: string;
  readonly json?: boolean;
}

interface Sent {
  readonly address: string;
  /** In bytes. */
  readonly size: number;
  /** False if it was there already. */
  readonly uploaded: boolean;
}

/** So many files travel at a time. */
const atATime = 4;
/** How often a large file is told of: in bytes. */
const step = 128 * 2 ** 20;

/**
 * Uploads a file or a folder to S3; what is there unchanged is skipped.
 * @throws {CommandError} that says what is absent, or what AWS denies
 */
export async function upload(local: string, remote: string, options: UploadOptions): Promise<void> {
  const address = parseAddress(remote);
  const { isFolder, files } = await localFiles(local);
  const destination = (name: string): Destination => ({
    bucket: address.bucket,
    key: keyFor(address, name, isFolder),
    kmsKey: options.kmsKey,
  });
  const client = await connect(options.region);
  try {
    const sent = await interruptible((signal) =>
      inTurns(files, signal, (file, stop) => sendOne(client, file, destination(file.name), stop)),
    );
    report(sent, options.json ?? false);
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucket') {
      throw new CommandError(`s3://${address.bucket}: there is no such bucket`, ExitCode.absent);
    }
    const told = asCommandError(error);
    if (isTransient(error)) throw new CommandError((told as Error).message, ExitCode.noAccess);
    throw told;
  } finally {
    client.destroy();
  }
}

async function connect(region: string | undefined): Promise<S3Client> {
  const client = new S3Client({
    ...(region && { region }),
    // Stand-ins for S3 have no name per bucket.
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined,
    followRegionRedirects: true,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000 },
  });
  await client.config.region().catch((error) => {
    throw new CommandError(
      `${reasonOf(error)}: pass --region, set AWS_REGION, or give the profile a region`,
      ExitCode.noAccess,
    );
  });
  return rememberAction(client);
}

/**
 * Does work for each of some things, a few at a time.
 * @throws the first failure, once all that was begun has ended
 */
async function inTurns<T, R>(
  things: readonly T[],
  signal: AbortSignal,
  work: (thing: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const results = new Array<R>(things.length);
  const waiting = things.entries();
  const turns = Array.from({ length: atATime }, async () => {
    for (const [index, thing] of waiting) {
      stop.throwIfAborted();
      results[index] = await work(thing, stop);
    }
  });
  await Promise.all(turns.map((turn) => turn.catch((error) => failed.abort(error)))).then(() => stop.throwIfAborted());
  return results;
}

async function sendOne(
  client: S3Client,
  file: LocalFile,
  destination: Destination,
  signal: AbortSignal,
): Promise<Sent> {
  const address = addressOf(destination.bucket, destination.key);
  let told = 0;
  const onProgress = (bytes: number) => {
    if (bytes < told + step || bytes >= file.size) return;
    told = bytes;
    progress(`${file.path}: ${megabytes(bytes)} of ${megabytes(file.size)}`);
  };
  const uploaded = await sendFile(client, file, destination, { signal, onProgress });
  progress(`${file.path}: ${uploaded ? `uploaded to ${address}, ${megabytes(file.size)}` : `unchanged at ${address}`}`);
  return { address, size: file.size, uploaded };
}

function report(sent: readonly Sent[], json: boolean): void {
  const uploaded = sent.filter((file) => file.uploaded);
  const bytes = uploaded.reduce((sum, { size }) => sum + size, 0);
  if (json) printJson({ files: sent, uploaded: uploaded.length, unchanged: sent.length - uploaded.length, bytes });
  else progress(`${uploaded.length} uploaded (${megabytes(bytes)}), ${sent.length - uploaded.length} unchanged`);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
