import { type Command, Option } from 'commander';
import type { JobOptions } from '../../../config/training/job-options';
import { writeBadLineLimit } from '../../../training/data/bad-lines';
import type { AwsOptions } from '../../aws/options';
import { CommandError, ExitCode } from '../../failure';
import { type ConfTrainOptions, defaultCheckpointEvery, defaultSeed, isConf } from './conf-train';

/** The options of a training in AWS. */
export interface RemoteTrainOptions extends AwsOptions, ConfTrainOptions {
  readonly on?: 'aws';
  readonly attach?: string;
  readonly stop?: string;
  readonly image?: string;
  /** Of a model: whether the new revision is to serve. */
  readonly activate?: boolean;
  readonly ifBetterThan?: number;
  readonly betterThanActive?: boolean;
  /** Of a model: a file of parameters. */
  readonly variant?: string;
}

/** How `modelapp train` is asked for a job in AWS, and does it. */
export interface RemoteTraining {
  /** Adds the options that ask for it; `--config` and `--json` are those of every training. */
  describe(command: Command): void;
  /** Whether options ask for it. */
  isAsked(options: RemoteTrainOptions): boolean;
  /**
   * @param subject the model, or the file of a configuration, of a job that is to be started
   * @param command what an image runs
   * @throws {CommandError | InterruptedError}
   */
  train(subject: string | undefined, command: readonly string[], options: RemoteTrainOptions): Promise<void>;
}

const examples = `
With another engine's image, in Docker on this machine:
  modelapp train net.conf --image net:1 --servers 2 --workers 4 -- python train.py

In AWS:
  modelapp train iris --on aws
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

async function trainRemotely(...[subject, command, options]: Parameters<RemoteTraining['train']>): Promise<void> {
  const { attachToJob, stopRemoteJob, trainModelOnAws, trainOnAws } = await import(
    '../../remote-training/train-on-aws'
  );
  const { attach, stop } = options;
  if (attach !== undefined || stop !== undefined) {
    const others = [subject, options.on && '--on', options.variant && '--variant', attach && stop && '--stop'].find(
      Boolean,
    );
    if (others)
      throw new CommandError(`--attach and --stop name the job themselves: leave ${others} out`, ExitCode.usage);
  }
  if (attach !== undefined) return attachToJob(attach, options);
  if (stop !== undefined) return stopRemoteJob(stop, options);
  if (subject === undefined) {
    throw new CommandError(
      '--on aws needs a model, or a configuration: modelapp train ctr.conf --on aws',
      ExitCode.usage,
    );
  }
  for (const option of ['store', 'storeUrl'] as const) {
    if (options[option] === undefined) continue;
    throw new CommandError(`${flag(option)}: jobs in AWS have servers of their own; leave it out`, ExitCode.usage);
  }
  const { servers = 1, workers = 1, replicas, image, resume } = options;
  if (!image && !isConf(subject)) {
    refuseOptionsOfConf(options);
    const { activate = true, variant } = options;
    return trainModelOnAws({ model: subject, activate, ...(variant !== undefined && { variant }) }, options);
  }
  if (options.variant !== undefined) {
    throw new CommandError('--variant is of a model of modelapp.config.ts: leave it out', ExitCode.usage);
  }
  await trainOnAws(
    {
      confFile: subject,
      servers,
      workers,
      ...(replicas && { replicas }),
      ...jobOptions(options),
      ...(resume && { resume }),
      ...(image && { image, ...(command.length > 0 && { command: [...command] }) }),
    },
    options,
  );
}

/** A model is trained by one task, as its configuration says. */
function refuseOptionsOfConf(options: RemoteTrainOptions): void {
  const { servers, workers, replicas, resume, ifBetterThan, betterThanActive } = options;
  const given = { servers, workers, replicas, resume, ifBetterThan, betterThanActive, ...jobOptions(options) };
  const [other] = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (!other) return;
  throw new CommandError(
    `${flag(other)}: a model is trained in AWS as modelapp.config.ts says; leave it out`,
    ExitCode.usage,
  );
}

/** An option as it is written. */
const flag = (option: string): string => `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What differs from the defaults, which other engines know nothing of. */
function jobOptions(options: RemoteTrainOptions): JobOptions {
  const { seed, maxBadLines, syncExamples, checkpoint, checkpointEvery } = options;
  return {
    ...(seed !== defaultSeed && { seed }),
    ...(maxBadLines && { maxBadLines: writeBadLineLimit(maxBadLines) }),
    ...(syncExamples && { syncExamples }),
    ...(checkpoint && { checkpoint }),
    ...(checkpointEvery !== defaultCheckpointEvery && { checkpointEvery }),
  };
}

/** A count from the command line. */
function count(option: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least) return value;
    throw new CommandError(`${option}: '${text}' is not a whole number from ${least} on`, ExitCode.usage);
  };
}
