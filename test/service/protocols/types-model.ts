import type { ModelInput } from '../../../config/models/model-input';
import { type ModelParams, PredictError, type Row, SampleError, type TabularModel } from '../../../learning/model';

/** A model that can be asked what it was asked. */
export interface AskedModel extends TabularModel {
  /** The model as the configuration has it. */
  readonly config: Extract<ModelInput, { readonly algorithm: 'softmax' }>;
  /** The last question. */
  asked: { readonly rows: readonly Row[]; readonly params: ModelParams };
}

/**
 * Takes one feature of each type and answers the number; the text `predict error` makes it fail on purpose, `error` by
 * accident.
 */
export const typesModel: AskedModel = {
  kind: 'tabular',
  features: [
    { name: 'float', type: 'float', aliases: [] },
    { name: 'int', type: 'int', aliases: [] },
    { name: 'text', type: 'str', aliases: [] },
    { name: 'flag', type: 'bool', aliases: [] },
  ],
  classes: undefined,
  params: { threshold: 0.5, secret: 1 },
  config: {
    algorithm: 'softmax',
    source: { csv: 'types.csv' },
    target: 'label',
    mapping: [
      { name: 'float', type: 'float' },
      { name: 'int', type: 'int' },
      { name: 'text', type: 'str' },
      { name: 'flag', type: 'bool' },
    ],
  },
  asked: { rows: [], params: {} },
  predict(rows, params) {
    this.asked = { rows, params };
    return rows.map(([float, , text], n) => {
      if (text === 'predict error') throw new PredictError('no such word', 42);
      if (text === 'sample error') throw new SampleError(n, 'text', 'is no word');
      if (text === 'error') throw new Error('secret');
      return { output: float as number };
    });
  },
};
