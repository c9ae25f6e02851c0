import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Checkpoints } from '../../../../training/checkpoint/checkpoints';
import type { BatchConf } from '../../../../training/conf/conf';
import { passTable } from '../../../../training/darlin/pass-table';
import { modelFiles } from '../../../../training/output/model-files';
import { problems } from '../../../learning/darlin/support/problems';
import { batchConf } from './batch-conf';

const { examples, lambda } = problems.oneHotGroups(1);

/** 600 lines of SPARSE_BINARY. */
export const lines = examples.map(
  ({ label, entries }) => `${label};${entries.map(({ key, group }) => ` ${group} ${key}`).join(';')};\n`,
);

/** Deals the lines out to five files in the `data/` of a folder. */
export function writeParts(folder: string): void {
  mkdirSync(join(folder, 'data'));
  for (let part = 0; part < 5; part++) {
    writeFileSync(join(folder, 'data', `part-${part}`), lines.filter((_, i) => i % 5 === part).join(''));
  }
}

/** A batch training of the data of a folder by any workers, what it will have said, and what it will have warned of. */
export function batchOnFiles(folder: string, changes: Partial<BatchConf>) {
  const said: string[] = [];
  const warnings: string[] = [];
  const training = {
    badLines: undefined,
    conf: {
      ...batchConf,
      penalty: { l1: lambda, l2: 0 },
      trainingData: { ...batchConf.trainingData, files: [join(folder, 'data/')] },
      modelOutput: join(folder, 'model'),
      ...changes,
    },
    seed: 1,
    models: modelFiles(1),
    checkpoints: new Checkpoints<never>(join(folder, '.checkpoint')),
    checkpointEvery: 60,
    resume: false,
    progress: passTable((line) => said.push(line)),
    warn: (text: string) => void warnings.push(text),
    signal: new AbortController().signal,
  };
  return { training, said, warnings };
}
