import fc from 'fast-check';
import { loadModel } from '../../../learning/load-model';
import { encodeModelFile, type ModelFile, ModelFileError } from '../../../learning/model-file';
import { SoftmaxModel, type SoftmaxParts } from '../../../learning/softmax/softmax-model';

const parts: SoftmaxParts = {
  features: [
    { name: 'length', type: 'float', aliases: [] },
    { name: 'colour', type: 'str', aliases: [], categories: ['blue', 'red'] },
  ],
  classes: ['iris', 'rose'],
  params: { threshold: 0.5 },
  weights: Float64Array.of(1, -1, 0.5, 0, 0, 2),
  intercepts: Float64Array.of(0.1, -0.1),
};

const file = (changes: Partial<ModelFile['header']> = {}, arrays = new SoftmaxModel(parts).toArrays()): ModelFile => ({
  header: {
    algorithm: 'softmax',
    model: 'flowers',
    features: [...parts.features],
    classes: [...parts.classes],
    hyperparameters: { lambda: 1, maxIterations: 500 },
    params: { threshold: 0.5 },
    scores: { train: 1, test: null },
    data: { sha256: '0'.repeat(64), rows: 2 },
    createdAt: '2024-01-01T00:00:00.000Z',
    ...changes,
  },
  arrays,
});

describe('a softmax model', () => {
  test('answers the likeliest class and softmax(xW + b)', () => {
    // GIVEN the logits 0.3 + 0.1 and −0.3 + 2 − 0.1
    const model = new SoftmaxModel(parts);

    // WHEN
    const [prediction] = model.predict([[0.3, 'red']]);

    // THEN
    const [a, b] = [Math.exp(0.4), Math.exp(1.6)];
    expect(prediction!.output).toBe('rose');
    expect(prediction!.probabilities![0]).toBeCloseTo(a / (a + b), 14);
    expect(prediction!.probabilities![1]).toBeCloseTo(b / (a + b), 14);
  });

  test('answers each row as if it were alone', () => {
    const model = new SoftmaxModel(parts);
    const row = fc.tuple(fc.double({ min: -10, max: 10, noNaN: true }), fc.constantFrom('red', 'blue', 'green'));

    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(model.predict(rows)).toEqual(rows.flatMap((single) => model.predict([single])));
      }),
    );
  });

  test('answers the first class where classes tie', () => {
    const model = new SoftmaxModel({ ...parts, weights: new Float64Array(6), intercepts: new Float64Array(2) });

    expect(model.predict([[1, 'red']])).toEqual([{ output: 'iris', probabilities: [0.5, 0.5] }]);
  });

  test('answers NaN, not a class, for values too large to compute with', () => {
    const model = new SoftmaxModel(parts);

    expect(model.predict([[Number.POSITIVE_INFINITY, 'red']])[0]!.output).toBeNaN();
  });
});

describe('loading a model', () => {
  test('gives the header and a model that predicts as the one saved', () => {
    const { header, model } = loadModel(encodeModelFile(file()));

    expect(header).toEqual(file().header);
    expect(model).toMatchObject({ kind: 'tabular', classes: parts.classes, params: parts.params });
    expect(model.predict([[0.3, 'red']], {})).toEqual(new SoftmaxModel(parts).predict([[0.3, 'red']]));
  });

  test.each<[string, ModelFile, RegExp]>([
    ['an unknown algorithm', file({ algorithm: 'forest' }), /unknown algorithm 'forest'; known: softmax/],
    [
      'an algorithm named as a property of all objects',
      file({ algorithm: 'toString' }),
      /unknown algorithm 'toString'/,
    ],
    [
      'weights that do not fit the features',
      file({ features: [parts.features[0]!] }),
      /'weights' has the shape \[3,2\], but .* needs \[1,2\]/,
    ],
    [
      'weights that do not fit the classes',
      file({ classes: ['a', 'b', 'c'] }),
      /'weights' has the shape \[3,2\], but .* needs \[3,3\]/,
    ],
    ['a single class', file({ classes: ['a'] }), /at least two classes/],
    ['two classes of one name', file({ classes: ['1', 1] }), /two classes have the same name/],
    [
      'a weight that is not finite',
      file({}, new SoftmaxModel({ ...parts, weights: Float64Array.of(1, -1, Number.NaN, 0, 0, 2) }).toArrays()),
      /'weights' holds a number that is not finite/,
    ],
    [
      'no intercepts',
      file({}, new Map([['weights', new SoftmaxModel(parts).toArrays().get('weights')!]])),
      /no array 'intercepts'/,
    ],
  ])('refuses %s', (_, faulty, message) => {
    const load = () => loadModel(encodeModelFile(faulty));

    expect(load).toThrow(ModelFileError);
    expect(load).toThrow(message);
  });
});
