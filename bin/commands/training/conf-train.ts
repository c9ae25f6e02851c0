import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BadLineLimit, parseBadLineLimit } from '../../../training/data/bad-lines';

/** The options of all that a dmlc configuration is for. */
export interface ConfOptions {
  readonly maxBadLines?: BadLineLimit;
  readonly json?: boolean;
}

/** How a training from a dmlc configuration learns, and how it saves what it learned. */
export interface LearningOptions extends Pick<ConfOptions, 'maxBadLines'> {
  readonly syncExamples?: number;
  readonly checkpoint?: string;
  /** In seconds. */
  readonly checkpointEvery: number;
  readonly resume?: boolean;
  readonly seed: number;
}

/** The options of a training from a dmlc configuration on this machine. */
export interface ConfTrainOptions extends ConfOptions, LearningOptions {
  readonly servers?: number;
  readonly workers?: number;
  readonly replicas?: number;
  /** Memory, unless there are to be several servers. */
  readonly store?: 'memory' | 'valkey';
  readonly storeUrl?: string;
}

export const defaultSeed = 1;
/** In seconds. */
export const defaultCheckpointEvery = 60;

const examples = `
From a configuration of the dmlc parameter server, a path with a / or one that ends in .conf:
  modelapp train ctr.conf
  modelapp train ctr.conf --workers 4
  modelapp train ctr.conf --servers 2 --workers 4
  modelapp train ctr.conf --servers 2 --workers 4 --resume`;

/** Adds the options of a training from a configuration. */
export const withConfTrainOptions = (command: Command): Command =>
  withLearningOptions(command)
    .addOption(
      new Option(
        '--store <kind>',
        'where parameters are kept (default: memory for one server, whose workers are threads)',
      ).choices(['memory', 'valkey']),
    )
    .option(
      '--store-url <url>',
      'a Valkey or Redis that runs, redis://:password@host:port, or several with commas (default: started for the job)',
    )
    .addHelpText('after', examples);

/** Adds the options of how to learn, which the scheduler of a job in containers has too. */
export const withLearningOptions = (command: Command): Command =>
  withMaxBadLines(command)
    .option('--sync-examples <n>', 'examples between two syncs of a worker at most', whole(1))
    .option('--checkpoint <place>', 'folder or s3://bucket/prefix of the checkpoints (default: beside the model)')
    .option('--checkpoint-every <seconds>', 'how often the job is saved', whole(1), defaultCheckpointEvery)
    .option('--resume', 'go on from the newest checkpoint')
    .option('--seed <n>', 'of everything random', whole(0), defaultSeed);

/** Adds the option that reading any data has. */
export const withMaxBadLines = (command: Command): Command =>
  command.option(
    '--max-bad-lines <n>',
    'bad lines that are borne, a number or a share like 1% (default: 1%)',
    badLines,
  );

/** Whether a name is one of a configuration, not of a model. */
export const isConf = (name: string): boolean => name.includes('/') || name.endsWith('.conf');

const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It has to be a whole number from ${least} on.`);
  };

function badLines(text: string): BadLineLimit {
  const limit = parseBadLineLimit(text);
  if (limit) return limit;
  throw new InvalidArgumentError('It has to be a number, or a share like 1%.');
}
