import { isAbsolute, join } from 'node:path';
import type { SparseLinearConfig } from '../../config/schema';
import type { BatchConf, Conf, DataConf, OnlineConf } from '../conf/conf';
import { readConf } from '../conf/read-conf';
import { DataStorage } from '../data/files/data-storage';
import { findFiles } from '../data/files/find-files';
import { isInS3 } from '../data/files/s3-storage';
import { DataError } from '../data-error';

/**
 * Reads the dmlc configuration of a model; the paths in it start from the folder of the model's configuration.
 * @throws {ConfError} that tells all its faults
 * @throws {DataError} if it is absent, or does not go with the model's mapping
 */
export async function readModelConf(
  { conf: path, mapping, hyperparameters }: SparseLinearConfig,
  directory: string,
  say: (line: string) => void,
): Promise<Conf> {
  const { conf, warnings } = await readConf(placed(path, directory));
  for (const warning of warnings) say(warning);
  const data = conf.kind === 'evaluation' ? conf.validationData : conf.trainingData;
  for (const entry of mapping) checkEntry(entry, data, path);
  return placedConf(withHyperparameters(conf, hyperparameters), directory);
}

/**
 * Reads the dmlc configuration of a model, which has to train one.
 * @throws {ConfError} if the configuration has faults
 * @throws {DataError} if it is absent, only scores, or does not go with the model's mapping
 */
export async function readTrainingConf(
  config: SparseLinearConfig,
  directory: string,
  say: (line: string) => void,
): Promise<OnlineConf | BatchConf> {
  const conf = await readModelConf(config, directory, say);
  if (conf.kind !== 'evaluation') return conf;
  throw new DataError(`${config.conf}: trains nothing; add training_data and async_sgd or darlin`);
}

/** What the model's own hyperparameters say comes before what the configuration says. */
export function withHyperparameters<C extends Conf>(
  conf: C,
  { lambda1, lambda2, alpha, beta }: SparseLinearConfig['hyperparameters'],
): C {
  if (conf.kind === 'evaluation') return conf;
  const { penalty, learningRate } = conf;
  return {
    ...conf,
    penalty: { l1: lambda1 ?? penalty.l1, l2: lambda2 ?? penalty.l2 },
    learningRate: { ...learningRate, alpha: alpha ?? learningRate.alpha, beta: beta ?? learningRate.beta },
  };
}

/**
 * The local files that a model is trained from, its configuration first: what has to go along where it is trained
 * elsewhere.
 * @param directory that paths start from
 */
export async function localFilesOf(config: SparseLinearConfig, directory: string): Promise<readonly string[]> {
  const conf = await readModelConf(config, directory, () => {});
  const data = conf.kind === 'evaluation' ? [] : [conf.trainingData];
  const names = [...data, ...(conf.validationData ? [conf.validationData] : [])].flatMap(({ files }) => files);
  const storage = new DataStorage();
  try {
    const found = await findFiles([...names.filter((name) => !isInS3(name)), ...(conf.modelInput ?? [])], storage);
    return [placed(config.conf, directory), ...found.map(({ name }) => name)];
  } finally {
    await storage.close();
  }
}

/** A request has to make the keys that the data makes. */
function checkEntry(
  { name, type }: SparseLinearConfig['mapping'][number],
  { text, csv }: DataConf,
  path: string,
): void {
  const shown = `${path}: the mapping has '${name}' as ${type}`;
  if (type === 'sparse') return;
  if (text === 'VW') return;
  if (text !== 'CSV') throw new DataError(`${shown}, but ${text} data has keys without names; map one sparse feature`);
  if (name === csv.label || csv.skip.includes(name)) throw new DataError(`${shown}, but csv leaves it out`);
  const isNumeric = csv.numeric.includes(name);
  if (isNumeric && type === 'str') throw new DataError(`${shown}, but csv.numeric has it; map it as float`);
  if (!isNumeric && type !== 'str') throw new DataError(`${shown}, but csv.numeric lacks it; map it as str`);
}

function placedConf(conf: Conf, directory: string): Conf {
  const files = <F extends readonly string[] | undefined>(names: F) =>
    names?.map((file) => placed(file, directory)) as F;
  const data = <D extends DataConf | undefined>(from: D): D => from && { ...from, files: files(from.files) };
  const validationData = data(conf.validationData);
  const modelInput = files(conf.modelInput);
  if (conf.kind === 'evaluation')
    return { ...conf, validationData: data(conf.validationData), modelInput: files(conf.modelInput) };
  return { ...conf, trainingData: data(conf.trainingData), validationData, modelInput } as Conf;
}

const placed = (file: string, directory: string): string =>
  isAbsolute(file) || /^[a-z0-9]+:\/\//.test(file) ? file : join(directory, file);
