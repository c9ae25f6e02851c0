import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { runFolder } from '../../support/test-run';

/** A bucket of S3, as moto has it. */
export interface ObjectStore {
  readonly bucket: string;
  /** The variables by which programs find it. */
  readonly environment: Readonly<Record<string, string>>;
  write(key: string, content: string | Buffer): Promise<void>;
  /** Writes the content of a file. */
  upload(key: string, file: string): Promise<void>;
  /** @throws {Error} if there is no such object */
  read(key: string): Promise<string>;
  stop(): Promise<void>;
}

const bucket = 'artifacts';
const region = 'eu-central-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * @param python an interpreter that has moto
 * @param host the address of this machine that it listens on
 */
export async function startObjectStore(python: string, host: string): Promise<ObjectStore> {
  const logFile = join(mkdtempSync(join(runFolder(), 's3-')), 'server.log');
  const output = openSync(logFile, 'w');
  const command = ['--pdeathsig', 'TERM', python, '-m', 'moto.server', '--host', host, '--port', '0'];
  const server = spawn('setpriv', command, { stdio: ['ignore', output, output] });
  const ended = once(server, 'exit');
  const log = () => readFileSync(logFile, 'utf8');
  const address = () => /Running on (http:\S+)/.exec(log())?.[1];
  while (!address()) {
    if (server.exitCode !== null) throw new Error(`moto does not start:\n${log()}`);
    await sleep(50);
  }
  const endpoint = address()!;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  const write: ObjectStore['write'] = async (Key, Body) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  };
  return {
    bucket,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    write,
    upload: async (key, file) => write(key, await readFile(file)),
    async read(Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return Body!.transformToString();
    },
    async stop() {
      client.destroy();
      server.kill('SIGTERM');
      await ended;
    },
  };
}
