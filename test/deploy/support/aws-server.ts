import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RdsServer, startRds } from '../../lambda/support/rds';
import type { PythonEnvironment } from '../../support/python-environment';
import { runFolder } from '../../support/test-run';

const program = resolve(__dirname, '../moto/server.py');

/** An account of AWS in one region on this machine: moto, with a real PostgreSQL for RDS and real functions. */
export interface AwsServer {
  readonly url: string;
  readonly account: string;
  readonly region: string;
  /** The database of the deployment. */
  readonly rds: RdsServer;
  /** The variables by which programs find it, and nothing else of AWS. */
  readonly environment: NodeJS.ProcessEnv;
  /** What clients of the AWS SDK take to speak to it. */
  readonly client: AwsClientOptions;
  /** Events of the stacks, what functions printed, and traces of failures. */
  log(): string;
  stop(): Promise<void>;
}

export interface AwsClientOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** For S3. */
  readonly forcePathStyle: true;
}

const region = 'eu-central-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export async function startAwsServer({ python, bytecode }: PythonEnvironment): Promise<AwsServer> {
  const rds = await startRds();
  const folder = mkdtempSync(join(runFolder(), 'aws-'));
  const logFile = join(folder, 'server.log');
  const output = openSync(logFile, 'w');
  const server = spawn(python, [program], {
    // It ends with its standard input, hence with this process.
    stdio: ['pipe', output, output],
    env: {
      ...process.env,
      PYTHONUNBUFFERED: '1',
      PYTHONPYCACHEPREFIX: bytecode,
      MODELAPP_NODE: process.execPath,
      MODELAPP_REAL_DATABASE: rds.url,
      MODELAPP_REAL_MASTER: JSON.stringify(rds.master),
    },
  });
  const ended = once(server, 'exit');
  const log = () => readFileSync(logFile, 'utf8');
  const port = () => /^listening on (\d+)$/m.exec(log())?.[1];
  while (!port()) {
    if (server.exitCode !== null) throw new Error(`moto does not start:\n${log()}`);
    await sleep(50);
  }
  // Moto finds templates below this name only.
  const url = `http://localhost:${port()}`;
  return {
    url,
    account: '123456789012',
    region,
    rds,
    environment: environmentFor(url, folder),
    client: { endpoint: url, region, credentials, forcePathStyle: true },
    log,
    async stop() {
      server.stdin?.end();
      await ended;
      await rds.remove();
    },
  };
}

function environmentFor(url: string, home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DOCKER: join(__dirname, 'docker.cjs'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    NO_COLOR: '1',
    NODE_NO_WARNINGS: '1',
  };
}
