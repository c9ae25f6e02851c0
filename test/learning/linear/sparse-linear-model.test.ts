import { SparseLinearModel, type SparseLinearParts } from '../../../learning/linear/sparse-linear-model';
import { loadModel } from '../../../learning/load-model';
import type { Row } from '../../../learning/model';
import { encodeModelFile, type ModelArray, type ModelFile, ModelFileError } from '../../../learning/model-file';
import { toKeys } from '../../../learning/sparse/keys';

/** The key that the specification tells for the text `deadbeef`. */
const deadbeef = 8286300725115113720n;

const parts: SparseLinearParts = {
  features: [{ name: 'features', type: 'sparse', aliases: [] }],
  params: {},
  loss: 'LOGIT',
  keys: toKeys([3n, 11n, deadbeef, 2n ** 64n - 1n]),
  weights: Float64Array.of(0.5, -2, 4, 1),
};

/** The margin, by a model of a loss that answers it as it is. */
const marginOf = (row: Row, changes: Partial<SparseLinearParts> = {}): unknown =>
  new SparseLinearModel({ ...parts, loss: 'HINGE', ...changes }).predict([row])[0]?.output;

const fileOf = (model: SparseLinearModel): ModelFile => ({
  header: {
    algorithm: 'sparse-linear',
    model: 'ctr',
    features: [...model.features],
    classes: model.classes ? [...model.classes] : null,
    loss: model.loss,
    hyperparameters: {},
    params: {},
    scores: { train: 0.8, test: null },
    data: { sha256: '0'.repeat(64), rows: 4 },
    createdAt: '2024-05-06T07:08:09.010Z',
  },
  arrays: model.toArrays(),
});

describe('a linear model of sparse features', () => {
  test('adds up value times weight over keys of 64 bits, and takes an unknown key for 0', () => {
    expect(marginOf([{ '3': 2, '18446744073709551615': 0.25, '4': 100 }])).toBe(2 * 0.5 + 0.25 * 1);
  });

  test('hashes names to keys as training data does', () => {
    expect(marginOf([{ deadbeef: 0.5 }])).toBe(0.5 * 4);
  });

  test('takes a number for the value of the key of its name', () => {
    const features = [{ name: 'deadbeef', type: 'float' as const, aliases: [] }];
    expect(marginOf([-1.5], { features })).toBe(-1.5 * 4);
  });

  test('takes a text for a feature of its own, the hash of name=text, and an empty one for none', () => {
    // GIVEN the key of `site=shop`, calculated by another implementation
    const keys = toKeys([3856838518812956962n]);
    const changes = {
      keys,
      weights: Float64Array.of(7),
      features: [{ name: 'site', type: 'str' as const, aliases: [] }],
    };
    expect(marginOf(['shop'], changes)).toBe(7);
    expect(marginOf(['other'], changes)).toBe(0);
    expect(marginOf([''], changes)).toBe(0);
  });

  test('answers label and probabilities by the logistic loss', () => {
    const [click, none] = new SparseLinearModel(parts).predict([[{ '3': 1 }], [{ '11': 1 }]]);

    expect(click?.output).toBe(1);
    expect(click?.probabilities?.[1]).toBeCloseTo(Math.exp(0.5) / (1 + Math.exp(0.5)), 15);
    expect(none?.output).toBe(-1);
    expect(none?.probabilities?.[0]).toBeCloseTo(Math.exp(2) / (1 + Math.exp(2)), 15);
  });

  test('gives rows of training data the margins that requests get', () => {
    const margins = new SparseLinearModel(parts).margins({
      labels: Float64Array.of(1, -1),
      importances: undefined,
      offsets: Uint32Array.of(0, 2, 3),
      features: Uint32Array.of(0, 1, 1),
      values: Float64Array.of(2, 3, 5),
      keys: toKeys([11n, 3n]),
      groups: undefined,
    });
    expect([...margins]).toEqual([marginOf([{ '11': 2, '3': 3 }]), marginOf([{ '3': 5 }])]);
  });

  test('comes back from its file as it was, to the last bit', () => {
    const model = new SparseLinearModel(parts);
    const { model: loaded, header } = loadModel(encodeModelFile(fileOf(model)));

    expect(header.loss).toBe('LOGIT');
    expect((loaded as SparseLinearModel).toArrays()).toEqual(model.toArrays());
    expect(loaded.predict([[{ '3': 1 }]], {})).toEqual(model.predict([[{ '3': 1 }]]));
  });

  test.each<[string, Partial<SparseLinearParts>, string]>([
    ['keys that do not ascend', { keys: toKeys([3n, 2n, 5n, 6n]) }, "array 'keys' does not ascend"],
    ['a weight that is not finite', { weights: Float64Array.of(1, 2, 3, Number.NaN) }, 'not finite'],
    ['another number of weights', { weights: Float64Array.of(1) }, "array 'weights' has the shape [1]"],
  ])('is not loaded with %s', (_, changes, message) => {
    const { keys, weights } = { ...parts, ...changes };
    const arrays = new Map<string, ModelArray>([
      ['keys', { dtype: 'uint64', shape: [keys.length / 2], values: keys }],
      ['weights', { dtype: 'float64', shape: [weights.length], values: weights }],
    ]);
    const bytes = encodeModelFile({ ...fileOf(new SparseLinearModel(parts)), arrays });
    expect(() => loadModel(bytes)).toThrow(ModelFileError);
    expect(() => loadModel(bytes)).toThrow(message);
  });

  test('is not loaded with weights in the place of keys', () => {
    const weights: ModelArray = { dtype: 'float64', shape: [4], values: parts.weights };
    const arrays = new Map([
      ['keys', weights],
      ['weights', weights],
    ]);
    const bytes = encodeModelFile({ ...fileOf(new SparseLinearModel(parts)), arrays });
    expect(() => loadModel(bytes)).toThrow("array 'keys' holds float64, not uint64");
  });
});
