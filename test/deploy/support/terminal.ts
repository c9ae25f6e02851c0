import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Answer, runAtTerminal, type Shown } from '../../support/pseudo-terminal';
import type { AwsServer } from './aws-server';
import type { ReleaseTree } from './release-tree';

const packageDirectory = resolve(__dirname, '../../..');
const cdkProgram = join(packageDirectory, 'node_modules/aws-cdk/bin/cdk');
const modelappProgram = join(packageDirectory, 'dist/cli.js');

/** A command that takes longer hangs; what it has printed then tells more than the end of the test would. */
const longestMs = 200_000;

/** What a command printed that ended with another exit code than 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    command: string,
    readonly exitCode: number | null,
    readonly stdout: string,
    readonly stderr: string,
    log: string,
  ) {
    super(`${command}: exit code ${exitCode}\n${stdout}\n${stderr}\nThe server:\n${log}`);
  }
}

/** Runs commands in a tree against a server, as a user in that folder does. */
export class Terminal {
  constructor(
    private readonly aws: AwsServer,
    private readonly tree: ReleaseTree,
  ) {}

  /**
   * The pinned CDK CLI; resolves to what it prints on standard output.
   * @throws {CommandFailed}
   */
  cdk(...words: readonly string[]): Promise<string> {
    return this.run(cdkProgram, words);
  }

  /**
   * The built `modelapp`; resolves to what it prints on standard output, without the newline at its end.
   * @throws {CommandFailed}
   */
  modelapp(...words: readonly string[]): Promise<string> {
    return this.run(modelappProgram, words);
  }

  /** The built `modelapp` at a terminal, where it is answered. */
  modelappAnswered(answer: Answer, ...words: readonly string[]): Promise<Shown> {
    const place = { cwd: this.tree.folder, env: this.aws.environment };
    return runAtTerminal([process.execPath, modelappProgram, ...words], answer, place);
  }

  private async run(program: string, words: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: this.tree.folder,
      env: this.aws.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    const printed = Promise.all([text(child.stdout), text(child.stderr)]);
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const [stdout, stderr] = await printed;
    if (exitCode !== 0) throw new CommandFailed(words.join(' '), exitCode, stdout, stderr, this.aws.log());
    return stdout.trimEnd();
  }
}
