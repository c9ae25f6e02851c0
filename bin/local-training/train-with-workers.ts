import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../training/conf/conf';
import { trainOnThreads } from '../../training/distributed/threads/train-on-threads';
import type { JobTraining, TrainedJob } from '../../training/distributed/train-job';
import { modelFiles } from '../../training/output/model-files';
import { checkpointPlace, type Home, type LocalTraining, type TrainedModel, writeModel } from './train-conf';

/** Trains online with several workers: threads around parameters in memory, or processes around servers. */
export async function trainWithWorkers(
  conf: OnlineConf,
  training: LocalTraining,
  home: Exclude<Home, 'process'>,
): Promise<TrainedModel> {
  const { options, report, signal } = training;
  const job: JobTraining = {
    conf,
    workers: options.workers ?? 1,
    seed: options.seed,
    syncExamples: options.syncExamples,
    badLines: options.maxBadLines,
    startWeights: async () => conf.modelInput && modelFiles(1).read(conf.modelInput),
    checkpoints: new Checkpoints(checkpointPlace(conf, training)),
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    row: report.row,
    position: report.position,
    warn: report.warning,
    signal,
  };
  const deliver = async ({ model, learned }: TrainedJob): Promise<TrainedModel> => ({
    model,
    modelFiles: await writeModel(conf, model, training),
    examples: learned.examples,
  });
  if (home === 'threads') return trainOnThreads(job, deliver);
  const { withLocalProcesses } = await import('./local-job');
  const { trainDistributed } = await import('../../training/distributed/train-distributed');
  return withLocalProcesses(conf, training, (local) => trainDistributed({ ...job, ...local }, deliver));
}
