import { createHash } from 'node:crypto';
import { isCustom } from '../../config/models/model';
import { ConfigError } from '../../config/resolve';
import type { CustomConfig, ModelConfig, OnnxConfig } from '../../config/schema';
import { DefinitionError } from '../../custom-models/definition';
import { neutralRow } from '../../learning/features/neutral-row';
import { loadModel } from '../../learning/load-model';
import type { Feature, Model } from '../../learning/model';
import { decodeModelFile, ModelFileError, type ModelHeader } from '../../learning/model-file';
import { BatchingModel } from '../batching/batching-model';
import { ServedOnnx } from '../onnx/served-onnx';
import { openCustomModel } from './custom/custom-model';
import { UnusableRevisionError } from './errors';
import type { Revision } from './revision';
import { MissingFileError, type ModelStore } from './store/model-store';

/** A revision in memory, checked and warmed up. */
export interface ServedRevision {
  readonly revision: number;
  readonly model: Model;
  readonly header: ModelHeader;
}

/** Whether a model takes the features that are configured now: same names, types and order; and same algorithm. */
export const fits = (header: Trained, config: ModelConfig): boolean =>
  header.algorithm === config.algorithm && describe(header.features) === describe(config.mapping);

/** What of a model file's header decides whether it fits. */
interface Trained {
  readonly algorithm: string;
  readonly features: readonly Pick<Feature, 'name' | 'type'>[];
}

const describe = (features: readonly Pick<Feature, 'name' | 'type'>[]): string =>
  features.map(({ name, type }) => `${name}: ${type}`).join(', ');

/**
 * Reads the file of a revision and checks that it is the one that was published.
 * @throws {UnusableRevisionError} if it is absent or other than published
 */
export async function readRevision(store: Pick<ModelStore, 'read'>, revision: Revision): Promise<Uint8Array> {
  const bytes = await store.read(revision.location).catch((error) => {
    if (error instanceof MissingFileError) throw unusable(revision, error.message, error);
    throw error;
  });
  if (createHash('sha256').update(bytes).digest('hex') !== revision.sha256) {
    throw unusable(revision, `the file ${revision.location} is not the one that was published`);
  }
  return bytes;
}

/**
 * Loads a revision and predicts once with it, so that the first request finds it warm.
 * @param directory that relative paths of the configuration start from
 * @throws {UnusableRevisionError} if its file is absent or damaged, or if it was trained for other features
 * @throws {DefinitionError | ConfigError} if the code of a custom model is none
 */
export async function loadRevision(
  store: Pick<ModelStore, 'read'>,
  revision: Revision,
  config: ModelConfig,
  directory: string,
): Promise<ServedRevision> {
  const bytes = await readRevision(store, revision);
  const header = checked(revision, () => decodeModelFile(bytes).header);
  if (!fits(header, config)) {
    throw unusable(
      revision,
      `it was trained by ${header.algorithm} on (${describe(header.features)}), but models.${revision.model} is ` +
        `${config.algorithm} on (${describe(config.mapping)}); run 'modelapp train ${revision.model}'`,
    );
  }
  if (isCustom(config)) {
    const model = await openCustom(revision, bytes, config, directory);
    return { revision: revision.revision, model, header };
  }
  if (config.algorithm === 'onnx') {
    return { revision: revision.revision, model: await openOnnx(revision, bytes, config), header };
  }
  const { model } = checked(revision, () => loadModel(bytes));
  await model.predict([neutralRow(model.features)], model.params);
  return { revision: revision.revision, model, header };
}

/** What another library's file answers goes in batches, as it knows no requests. */
async function openOnnx(revision: Revision, bytes: Uint8Array, config: OnnxConfig): Promise<BatchingModel> {
  const model = await ServedOnnx.open(bytes, config, `models.${revision.model}`).catch((error: Error) => {
    throw unusable(revision, error.message, error);
  });
  return new BatchingModel(model, config.batching);
}

function checked<T>(revision: Revision, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelFileError) throw unusable(revision, error.message, error);
    throw error;
  }
}

/** Code that is no model's is a fault of the configuration; else it is the revision that the code cannot use. */
async function openCustom(
  revision: Revision,
  bytes: Uint8Array,
  config: CustomConfig,
  directory: string,
): Promise<Model> {
  try {
    return await openCustomModel(decodeModelFile(bytes), config, directory);
  } catch (error) {
    if (error instanceof DefinitionError || error instanceof ConfigError) throw error;
    throw unusable(revision, (error as Error).message, error as Error);
  }
}

const unusable = (revision: Revision, reason: string, cause?: Error): UnusableRevisionError =>
  new UnusableRevisionError(`revision ${revision.revision} of '${revision.model}' cannot be used: ${reason}`, {
    cause,
  });
