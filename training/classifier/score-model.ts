import { accuracy } from '../../learning/metrics';
import type { Model, Row } from '../../learning/model';
import { DataError } from '../data-error';
import type { Dataset } from '../dataset';

/** Accuracy of a model on some rows of a data set, read for that model's features. */
export async function scoreModel(
  model: Model,
  { rows, labels }: Dataset,
  selected: readonly number[],
): Promise<number> {
  const predictions = await model.predict(
    selected.map((row) => rows[row]!),
    model.params,
  );
  return accuracy(
    predictions.map(({ output }) => String(output)),
    selected.map((row) => labels[row]!),
  );
}

/**
 * The data set as the features of another model want it, so that both can be scored on the same rows.
 * @throws {DataError} if that model needs a feature that the data set was not read with
 */
export function withFeaturesOf(
  rival: Model,
  dataset: Dataset,
  features: readonly { readonly name: string; readonly type: string }[],
): Dataset {
  const columns = rival.features.map(({ name, type }) => {
    const column = features.findIndex((feature) => feature.name === name && feature.type === type);
    if (column < 0) {
      throw new DataError(
        `${dataset.source}: the active revision needs ${name} (${type}), which the mapping no longer has; ` +
          'train once without betterThanActive',
      );
    }
    return column;
  });
  return { ...dataset, rows: dataset.rows.map((row): Row => columns.map((column) => row[column]!)) };
}
