import { createHash } from 'node:crypto';
import type { ModelConfig } from '../../config/schema';
import { loadModel } from '../../learning/load-model';
import type { Feature, FeatureType, FeatureValue, TabularModel } from '../../learning/model';
import { ModelFileError, type ModelHeader } from '../../learning/model-file';
import { UnusableRevisionError } from './errors';
import { MissingFileError, type ModelStore } from './model-store';
import type { Revision } from './revision';

/** A revision in memory, checked and warmed up. */
export interface ServedRevision {
  readonly revision: number;
  readonly model: TabularModel;
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
export async function readRevision(store: ModelStore, revision: Revision): Promise<Uint8Array> {
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
 * @throws {UnusableRevisionError} if its file is absent or damaged, or if it was trained for other features
 */
export async function loadRevision(
  store: ModelStore,
  revision: Revision,
  config: ModelConfig,
): Promise<ServedRevision> {
  const { header, model } = loadChecked(revision, await readRevision(store, revision));
  if (!fits(header, config)) {
    throw unusable(
      revision,
      `it was trained by ${header.algorithm} on (${describe(header.features)}), but models.${revision.model} is ` +
        `${config.algorithm} on (${describe(config.mapping)}); run 'modelapp train ${revision.model}'`,
    );
  }
  await model.predict([model.features.map(({ type }) => neutralValues[type])], model.params);
  return { revision: revision.revision, model, header };
}

function loadChecked(revision: Revision, bytes: Uint8Array): ReturnType<typeof loadModel> {
  try {
    return loadModel(bytes);
  } catch (error) {
    if (error instanceof ModelFileError) throw unusable(revision, error.message, error);
    throw error;
  }
}

const neutralValues: Readonly<Record<FeatureType, FeatureValue>> = {
  float: 0,
  int: 0,
  str: '',
  bool: false,
  sparse: {},
};

const unusable = (revision: Revision, reason: string, cause?: Error): UnusableRevisionError =>
  new UnusableRevisionError(`revision ${revision.revision} of '${revision.model}' cannot be used: ${reason}`, {
    cause,
  });
