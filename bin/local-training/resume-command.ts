import { writeBadLineLimit } from '../../training/data/bad-lines';
import { type ConfTrainOptions, defaultCheckpointEvery, defaultSeed } from '../commands/training/conf-train';
import { shellWord } from '../shell-word';
import { withoutPasswords } from './store-url';

/** The command that goes on with a training that began with these options; a password is left for the reader to fill in. */
export function resumeCommand(confFile: string, options: ConfTrainOptions): string {
  const { store, storeUrl, servers, workers, replicas, checkpoint, syncExamples, maxBadLines } = options;
  const given = Object.entries({
    store,
    servers,
    workers,
    replicas,
    checkpoint,
    'store-url': storeUrl && withoutPasswords(storeUrl),
    'sync-examples': syncExamples,
    'max-bad-lines': maxBadLines && writeBadLineLimit(maxBadLines),
    'checkpoint-every': unless(defaultCheckpointEvery, options.checkpointEvery),
    seed: unless(defaultSeed, options.seed),
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${shellWord(String(value))}`);
  return `modelapp train ${shellWord(confFile)}${given.join('')} --resume`;
}

const unless = (usual: number, value: number): number | undefined => (value === usual ? undefined : value);
