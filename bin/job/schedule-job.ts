import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { OutputManifest } from '../../config/training-output';
import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import { type DistributedModel, trainDistributed } from '../../training/distributed/train-distributed';
import { evaluate } from '../../training/evaluation/evaluate';
import type { KeyedWeights } from '../../training/keyed-weights';
import { modelFiles } from '../../training/output/model-files';
import { CommandError, ExitCode } from '../failure';
import { reportTo } from '../local-training/report';
import { handIn } from './hand-in';
import { type JobEnvironment, readJobEnvironment } from './job-environment';

/** In seconds. */
const checkpointEvery = 60;

/** What the log of the job shows. */
const report = reportTo(false);

/**
 * Leads the job that the environment tells of, and hands in its model.
 * @throws {CommandError} if the environment or the configuration is not fit for it; what ends the training
 */
export async function scheduleJob(environment: NodeJS.ProcessEnv, resume: boolean, signal: AbortSignal): Promise<void> {
  const job = readJobEnvironment(environment);
  const { conf, warnings } = await readConf(job.conf);
  for (const warning of warnings) report.warning(warning);
  if (conf.kind !== 'online') {
    throw new CommandError(
      `${job.conf}: several processes train with async_sgd alone; train this one with --store memory`,
      ExitCode.usage,
    );
  }
  report.begin();
  const trained = await trainDistributed({
    job: job.id,
    conf,
    address: { servers: job.servers, password: job.password },
    replicas: job.replicas,
    workers: job.workers,
    seed: 1,
    syncExamples: undefined,
    badLines: undefined,
    startWeights: async () => conf.modelInput && modelFiles(1).read(conf.modelInput),
    checkpoints: new Checkpoints(besideOutput(job.output, 'checkpoint')),
    checkpointEvery,
    resume,
    row: report.row,
    warn: report.warning,
    signal,
  });
  await deliver(job, conf, trained);
}

/** Scores the model on the validation data and hands both in. */
async function deliver(job: JobEnvironment, conf: OnlineConf, { model }: DistributedModel): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modelapp-model-'));
  try {
    const primaries = job.servers.length / (1 + job.replicas);
    const name = basename(conf.modelOutput ?? 'model');
    const files = await modelFiles(primaries).write(join(folder, name), model);
    await handIn(files, await score(conf, model), job.output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function score({ validationData, loss }: OnlineConf, model: KeyedWeights): Promise<OutputManifest['evaluation']> {
  if (!validationData) return undefined;
  const evaluation = await evaluate(model, validationData, loss, { say: report.message, warn: report.warning });
  report.evaluation(evaluation);
  const { metrics } = evaluation;
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
}

/** A place next to an output, a folder or `s3://bucket/folder/`. */
const besideOutput = (output: string, name: string): string => output.replace(/[^/]*\/*$/, name);
