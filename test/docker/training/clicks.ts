import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { writeClickData } from '../../../bin/sample/write-click-data';
import { runFolder } from '../../support/test-run';
import { type JobPlace, runCommand } from './job-place';
import type { ObjectStore } from './object-store';

/** Lines that are trained on. */
export const rows = 200_000;

/** How well a model does on the test data. */
export interface Scores {
  readonly auc: number;
  readonly logloss: number;
}

/** Puts clicks to train and to test on into a bucket. */
export async function uploadClicks(objects: ObjectStore): Promise<void> {
  const out = mkdtempSync(join(runFolder(), 'clicks-'));
  const { train, test } = await writeClickData({ out, lines: rows, keys: 500, seed: 1, force: false }, () => {});
  await objects.upload('data/train', train.file);
  await objects.upload('data/test', test.file);
}

const dataConf = ({ bucket }: ObjectStore, name: string): string =>
  `{ format: TEXT text: SPARSE_BINARY file: "s3://${bucket}/data/${name}" }`;

/** Steps so small that a model hardly depends on the order in which workers sync. */
const learning = 'loss { type: LOGIT } penalty { type: L1 lambda: 1 } learning_rate { type: DECAY alpha: .02 beta: 1 }';

/** A configuration that trains on the clicks and scores the model, which is to be called `ctr`. */
export const trainingConf = (objects: ObjectStore): string => `
training_data ${dataConf(objects, 'train')}
validation_data ${dataConf(objects, 'test')}
model_output { format: TEXT file: "s3://${objects.bucket}/alone/ctr" }
${learning}
async_sgd { algo: FTRL minibatch: 100 }`;

const scoringConf = (objects: ObjectStore, models: string): string => `
validation_data ${dataConf(objects, 'test')}
model_input { format: TEXT file: "s3://${objects.bucket}/${models}" }
${learning}`;

/** Trains in one process of the image. @returns the scores of its model */
export const trainAlone = (place: JobPlace): Promise<Scores> => runConf(place, trainingConf(place.objects));

/** Scores the model in the objects of some names. */
export const score = (place: JobPlace, models: string): Promise<Scores> =>
  runConf(place, scoringConf(place.objects, models));

async function runConf(place: JobPlace, conf: string): Promise<Scores> {
  const { objects } = place;
  await objects.write('alone/ctr.conf', conf);
  const said = await runCommand(place, 'train', `s3://${objects.bucket}/alone/ctr.conf`, '--json');
  const lines = said.split('\n').map((line) => JSON.parse(line) as Scores & { readonly type: string });
  return lines.find(({ type }) => type === 'evaluation')!;
}
