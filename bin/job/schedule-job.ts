import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutputManifest } from '../../config/training/training-output';
import type { BatchConf, Conf, OnlineConf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import { evaluate, loadModelFiles } from '../../training/evaluation/evaluate';
import type { LearningOptions } from '../commands/training/conf-train';
import { reportTo } from '../local-training/report';
import { handIn } from './hand-in';
import { type JobEnvironment, readJobEnvironment } from './job-environment';
import { trainBatchJob, trainOnlineJob } from './train-job';

/** What the log of the job shows. */
const report = reportTo(false);

/**
 * Leads the job that the environment tells of, and hands in its model and how that scores, or how the model that it is given
 * scores.
 * @throws {CommandError} if the environment is not fit for it; what ends the training
 */
export async function scheduleJob(
  environment: NodeJS.ProcessEnv,
  options: LearningOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = readJobEnvironment(environment);
  const { conf, warnings } = await readConf(job.conf);
  for (const warning of warnings) report.warning(warning);
  if (conf.kind === 'evaluation') return handIn([], await score(conf, conf.modelInput, options, signal), job.output);
  await trainAndHandIn(conf, job, options, signal);
}

async function trainAndHandIn(
  conf: OnlineConf | BatchConf,
  job: JobEnvironment,
  options: LearningOptions,
  signal: AbortSignal,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modelapp-model-'));
  try {
    const training = { job, options, report, folder, signal };
    const model = conf.kind === 'batch' ? await trainBatchJob(conf, training) : await trainOnlineJob(conf, training);
    const evaluation = await score(conf, model, options, signal);
    // With the snapshots of passes, if there are any.
    const files = (await readdir(folder)).sort().map((name) => join(folder, name));
    await handIn(files, evaluation, job.output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function score(
  { validationData, loss }: Conf,
  files: readonly string[],
  { maxBadLines: badLines }: LearningOptions,
  signal: AbortSignal,
): Promise<OutputManifest['evaluation']> {
  if (!validationData) return undefined;
  const model = await loadModelFiles(files, report.message);
  const { message: say, warning: warn } = report;
  const evaluation = await evaluate(model, validationData, loss, { badLines, say, warn, signal });
  report.evaluation(evaluation);
  const { metrics } = evaluation;
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
}
