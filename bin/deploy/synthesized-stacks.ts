import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Template } from '../../lib/cost/template';
import type { AwsOptions } from '../aws/options';
import type { AwsSession } from '../aws/session';
import { describeFailure, firstFailure } from '../aws/stack-events';
import { findStack, type StackSummary } from '../aws/stacks';
import { CommandError, ExitCode } from '../failure';
import { type EndSignal, InterruptedError } from '../interruption';
import { progress } from '../output';

/** Where the stacks are synthesised to, in the folder of the CDK app. */
const assembly = 'cdk.out';

/** The stacks of this tree, synthesised once; each deployment takes them as they are. */
export class SynthesizedStacks {
  private constructor(private readonly session: AwsSession) {}

  /**
   * Builds and synthesises the CDK app of the tree.
   * @param context values that win over those of `cdk.json`
   * @throws {CommandError} if it fails
   */
  static async synthesize(session: AwsSession, context: Readonly<Record<string, string>>): Promise<SynthesizedStacks> {
    const values = Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    // All stacks are synthesised whichever is named; of one it says nothing, of several that one has to be named.
    const code = await runCdk(session, [
      'synth',
      session.names.baseStack,
      '--exclusively',
      '--quiet',
      '--output',
      assembly,
      ...values,
    ]);
    if (code !== 0) throw new CommandError('the stacks could not be synthesised; what the CDK CLI says is above');
    return new SynthesizedStacks(session);
  }

  /** The template of a stack. */
  template(stackName: string): Template {
    const file = join(this.session.directory, assembly, `${stackName}.template.json`);
    return JSON.parse(readFileSync(file, 'utf8')) as Template;
  }

  /**
   * Deploys stacks, and none that they depend on besides.
   * @throws {CommandError} naming what failed first
   */
  async deploy(...stackNames: readonly string[]): Promise<void> {
    const before = await this.lastOperations(stackNames);
    const approved = ['--require-approval', 'never'];
    // The app is the folder of what was synthesised: nothing is built a second time.
    const code = await runCdk(this.session, [
      'deploy',
      ...stackNames,
      '--exclusively',
      '--app',
      assembly,
      '--build',
      '',
      ...approved,
    ]);
    if (code === 0) return;
    for (const stack of await this.lastOperations(stackNames)) {
      // The others were not touched; what failed there failed before.
      if (before.some(({ id, lastUpdated }) => id === stack.id && +lastUpdated === +stack.lastUpdated)) continue;
      const failure = await firstFailure(this.session, stack);
      if (failure) throw new CommandError(`${stack.name} was not deployed: ${describeFailure(failure)}`);
    }
    throw new CommandError(`${stackNames.at(-1)} was not deployed; what the CDK CLI says is above`);
  }

  private async lastOperations(stackNames: readonly string[]): Promise<StackSummary[]> {
    const stacks = await Promise.all(stackNames.map((name) => findStack(this.session, name)));
    return stacks.filter((stack) => stack !== undefined);
  }
}

/**
 * Checks that a session is the one that the CDK app deploys for: it reads its own configuration and knows no other.
 * @throws {CommandError} naming the option that says otherwise
 */
export function requireOwnConfiguration({ config, region }: AwsSession, options: AwsOptions): void {
  if (options.config && basename(options.config) !== 'modelapp.config.ts') {
    throw new CommandError(
      `--config: the stacks are made of modelapp.config.ts, not of ${options.config}`,
      ExitCode.usage,
    );
  }
  if (config.aws.region && config.aws.region !== region) {
    throw new CommandError(
      `--region: aws.region in modelapp.config.ts is ${config.aws.region}; change it there, or leave it out`,
      ExitCode.usage,
    );
  }
}

/** Runs the CDK CLI that belongs to this package; what it prints goes to standard error. */
async function runCdk({ directory, region }: AwsSession, words: readonly string[]): Promise<number> {
  const program = join(dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
  const child = spawn(process.execPath, [program, ...words, '--no-notices'], {
    cwd: directory,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { CDK_DISABLE_CLI_TELEMETRY: 'true', ...process.env, AWS_REGION: region, AWS_DEFAULT_REGION: region },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal) {
      progress('CloudFormation ends by itself what it has begun; look at it: modelapp versions');
      throw new InterruptedError(signal as EndSignal);
    }
    return code ?? ExitCode.failed;
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}
