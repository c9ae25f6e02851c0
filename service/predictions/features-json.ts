import type { FeatureValue, Model, ModelParams, Row } from '../../learning/model';

const keysOfModels = new WeakMap<Model, readonly string[]>();

/** What stands before the value of each feature in JSON. */
function keysOf(model: Model): readonly string[] {
  let keys = keysOfModels.get(model);
  if (!keys) {
    keys = model.features.map(({ name }, i) => `${i === 0 ? '' : ','}${JSON.stringify(name)}:`);
    keysOfModels.set(model, keys);
  }
  return keys;
}

/** The same as `JSON.stringify`, sooner for numbers. */
const jsonOf = (value: FeatureValue | undefined): string =>
  typeof value === 'number' && Number.isFinite(value) ? String(value) : JSON.stringify(value);

/** The features by canonical name, and under `$params` what was handed to the model beside them. */
export function featuresJson(model: Model, row: Row, params: ModelParams | undefined): string {
  const keys = keysOf(model);
  let json = '{';
  for (let i = 0; i < keys.length; i += 1) json += keys[i] + jsonOf(row[i]);
  if (params) json += `,"$params":${JSON.stringify(params)}`;
  return `${json}}`;
}
