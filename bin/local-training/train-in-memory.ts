import { Checkpoints } from '../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../training/conf/conf';
import { type SavedOnline, trainOnline } from '../../training/online/train-online';
import { modelFiles } from '../../training/output/model-files';
import { checkpointPlace, type LocalTraining, type TrainedModel, writeModel } from './train-conf';

/** Trains online with all parameters in this process. */
export async function trainInMemory(conf: OnlineConf, training: LocalTraining): Promise<TrainedModel> {
  const { options, report, signal } = training;
  const start = conf.modelInput && (await modelFiles(1).read(conf.modelInput));
  const checkpoints = new Checkpoints<SavedOnline>(checkpointPlace(conf, training));
  const { model, learned } = await trainOnline({
    conf,
    start,
    checkpoints,
    checkpointEvery: options.checkpointEvery,
    resume: options.resume === true,
    seed: options.seed,
    badLines: options.maxBadLines,
    row: report.row,
    warn: report.warning,
    position: report.position,
    signal,
  });
  const files = await writeModel(conf, model, training);
  await checkpoints.remove();
  return { model, modelFiles: files, examples: learned.examples };
}
