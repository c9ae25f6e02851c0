import { type Command, Option } from 'commander';
import type { AwsOptions } from '../aws/options';
import { CommandError, ExitCode } from '../failure';

/** The options of a training in AWS. */
export interface RemoteTrainOptions extends AwsOptions {
  readonly on?: 'aws';
  readonly attach?: string;
  readonly stop?: string;
  readonly servers?: number;
  readonly workers?: number;
  readonly replicas?: number;
  readonly image?: string;
}

/** How `modelapp train` is asked for a job in AWS, and does it. */
export interface RemoteTraining {
  /** Adds the options that ask for it; `--config` and `--json` are those of every training. */
  describe(command: Command): void;
  /** Whether options ask for it. */
  isAsked(options: RemoteTrainOptions): boolean;
  /**
   * @param confFile the configuration of a job that is to be started
   * @param command what an image runs
   * @throws {CommandError | InterruptedError}
   */
  train(confFile: string | undefined, command: readonly string[], options: RemoteTrainOptions): Promise<void>;
}

const examples = `
In AWS:
  modelapp train ctr.conf --on aws --servers 2 --workers 4
  modelapp train net.conf --on aws --image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/net:1 -- python train.py
  modelapp train --attach ctr-20260504120000-1f3a`;

export const remoteTraining: RemoteTraining = {
  describe: (command) =>
    void command
      .argument('[command...]', 'what an --image runs, after --')
      .addOption(new Option('--on <place>', 'train on the machines of ModelApp-Training').choices(['aws']))
      .option('--servers <n>', 'parameter servers (default: 1)', count('--servers', 1))
      .option('--workers <n>', 'workers (default: 1)', count('--workers', 1))
      .option('--replicas <n>', 'further servers that repeat each of them (default: 0)', count('--replicas', 0))
      .option('--image <uri>', 'run this image in all roles, with the command after --')
      .option('--attach <job>', 'go on watching a job in AWS')
      .option('--stop <job>', 'end a job in AWS')
      .option('--region <region>', 'AWS region (default: aws.region of the configuration, AWS_REGION, the profile)')
      .addHelpText('after', examples),
  isAsked: ({ on, attach, stop }) => on !== undefined || attach !== undefined || stop !== undefined,
  train: trainRemotely,
};

async function trainRemotely(...[confFile, command, options]: Parameters<RemoteTraining['train']>): Promise<void> {
  const { attachToJob, stopRemoteJob, trainOnAws } = await import('../remote-training/train-on-aws');
  if (options.attach !== undefined) return attachToJob(options.attach, options);
  if (options.stop !== undefined) return stopRemoteJob(options.stop, options);
  if (confFile === undefined) {
    throw new CommandError('--on aws needs a configuration: modelapp train ctr.conf --on aws', ExitCode.usage);
  }
  if (command.length > 0 && !options.image) {
    throw new CommandError('the command after -- is of an image: add --image URI', ExitCode.usage);
  }
  const { servers = 1, workers = 1, replicas = 0, image } = options;
  await trainOnAws(
    {
      confFile,
      servers,
      workers,
      ...(image ? { image, ...(command.length > 0 && { command: [...command] }) } : { replicas }),
    },
    options,
  );
}

/** A count from the command line. */
function count(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least) return value;
    throw new CommandError(`${option}: '${text}' is not a whole number from ${least} on`, ExitCode.usage);
  };
}
