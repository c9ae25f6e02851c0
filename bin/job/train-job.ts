import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { BatchConf, OnlineConf } from '../../training/conf/conf';
import { type BatchJob, type ModelFiles, runBatch } from '../../training/darlin/run-batch';
import { MemoryTeam } from '../../training/darlin/team';
import { leadBatch } from '../../training/distributed/batch/lead-batch';
import { trainDistributed } from '../../training/distributed/train-distributed';
import { type SavedOnline, trainOnline } from '../../training/online/train-online';
import { modelFiles } from '../../training/output/model-files';
import type { LearningOptions } from '../commands/training/conf-train';
import type { Report } from '../local-training/report';
import type { JobEnvironment } from './job-environment';

/** A job that a scheduler trains. */
export interface TrainingOfJob {
  readonly job: JobEnvironment;
  readonly options: LearningOptions;
  readonly report: Report;
  /** Where its model goes until it is handed in. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Trains online: with the workers of the job, or in this process, if the scheduler is all there is of it. */
export async function trainOnlineJob(conf: OnlineConf, training: TrainingOfJob): Promise<readonly string[]> {
  const { job, options, report, signal } = training;
  const common = {
    conf,
    seed: options.seed,
    badLines: options.maxBadLines,
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    row: report.row,
    warn: report.warning,
    signal,
  };
  const startWeights = async () => conf.modelInput && modelFiles(1).read(conf.modelInput);
  const files = filesIn(training);
  if (job.servers.length === 0) {
    const start = await startWeights();
    const checkpoints = placeOf<SavedOnline>(training);
    const { model } = await trainOnline({ ...common, start, position: report.position, checkpoints });
    const written = await files.write(nameOf(conf), model);
    await checkpoints.remove();
    return written;
  }
  return trainDistributed(
    {
      ...common,
      ...onServers(job),
      syncExamples: options.syncExamples,
      startWeights,
      checkpoints: placeOf(training),
    },
    ({ model }) => files.write(nameOf(conf), model),
  );
}

/** Trains by DARLIN: with the workers of the job, or in this process, if the scheduler is all there is of it. */
export async function trainBatchJob(given: BatchConf, training: TrainingOfJob): Promise<readonly string[]> {
  const { job, options, report, signal } = training;
  const { localCache } = given;
  const conf: BatchConf = {
    ...given,
    modelOutput: nameOf(given),
    // What is relative to the folder of a container may lie where nothing can be written.
    localCache: localCache?.startsWith('/') ? localCache : localCache && join(tmpdir(), localCache),
  };
  const badLines = options.maxBadLines;
  const batch: Omit<BatchJob, 'assemble'> = {
    conf,
    seed: options.seed,
    models: filesIn(training),
    checkpoints: placeOf(training),
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    progress: report.batch,
    warn: report.warning,
    signal,
  };
  const { modelFiles: written } =
    job.servers.length === 0
      ? await runBatch({ ...batch, assemble: () => MemoryTeam.load(conf, { badLines, warn: report.warning }) })
      : await leadBatch({ ...batch, ...onServers(job), badLines, signal });
  return written;
}

const onServers = ({ id, servers, password, replicas, workers }: JobEnvironment) => ({
  job: id,
  address: { servers, password },
  isOwn: true,
  replicas,
  workers,
});

/** Writes model files into the folder of the job, one for each primary, under the name that they are configured with. */
function filesIn({ job, folder }: TrainingOfJob): ModelFiles {
  const files = modelFiles(Math.max(1, job.servers.length / (1 + job.replicas)));
  return { read: files.read, write: (prefix, model) => files.write(join(folder, basename(prefix)), model) };
}

const nameOf = ({ modelOutput }: OnlineConf | BatchConf): string => modelOutput ?? 'model';

const placeOf = <State>({ job, options }: TrainingOfJob): Checkpoints<State> =>
  new Checkpoints<State>(options.checkpoint ?? besideOutput(job.output, 'checkpoint'));

/** A place next to an output, a folder or `s3://bucket/folder/`. */
const besideOutput = (output: string, name: string): string => output.replace(/[^/]*\/*$/, name);
