import { loadModel } from '../../../learning/load-model';
import { encodeModelFile, type ModelFile, ModelFileError } from '../../../learning/model-file';
import { Catalogue } from '../../../learning/recommender/catalogue';
import { FactorModel, type FactorModelParts } from '../../../learning/recommender/factor-model';

const parts: FactorModelParts = {
  catalogue: new Catalogue({
    ids: ['brazil', 'casablanca'],
    features: Float64Array.of(1, 2, 0.5, -1),
    width: 2,
    rank: 2,
    popularity: Float64Array.of(7, 3),
  }),
  users: { ids: ['ada', 'bob'], weights: Float64Array.of(1, 1, 2, 0) },
  averageUser: Float64Array.of(0, 1.5),
  unknownItem: Float64Array.of(0, 0.5),
  range: undefined,
  params: {},
};

const file = (
  changes: Partial<FactorModelParts> = {},
  hyperparameters: Record<string, number> = { rank: 2 },
): ModelFile => ({
  header: {
    algorithm: 'als',
    model: 'movies',
    features: new FactorModel(parts).features.map(({ name }) => ({ name, type: 'str', aliases: [] })),
    classes: null,
    hyperparameters,
    params: {},
    scores: { train: -0.5, test: null },
    data: { sha256: '0'.repeat(64), rows: 4 },
    createdAt: '2024-01-01T00:00:00.000Z',
  },
  arrays: new FactorModel({ ...parts, ...changes }).toArrays(),
});

describe('a factor model', () => {
  test('scores a known or unknown user and item by the dot product of their vectors', () => {
    const model = new FactorModel(parts);

    const outputs = model
      .predict([
        ['ada', 'brazil'],
        ['bob', 'casablanca'],
        ['eve', 'brazil'],
        ['ada', 'metropolis'],
        ['eve', 'metropolis'],
      ])
      .map(({ output }) => output);

    expect(outputs).toEqual([3, 1, 3, 0.5, 0.75]);
  });

  test('clips scores to its range', () => {
    const model = new FactorModel({ ...parts, range: { min: 1, max: 2 } });

    expect(
      model.predict([
        ['ada', 'brazil'],
        ['ada', 'casablanca'],
        ['ada', 'metropolis'],
      ]),
    ).toEqual([{ output: 2 }, { output: 1 }, { output: 1 }]);
  });

  test('tells a user it does not know from one it knows', () => {
    const model = new FactorModel(parts);

    expect(model.weightsOf('bob')).toEqual(Float64Array.of(2, 0));
    expect(model.weightsOf('eve')).toBeUndefined();
  });

  test('without training has no items, and scores every item 0 for weights of one', () => {
    const model = FactorModel.empty(3);

    expect(model.catalogue.size).toBe(0);
    expect(model.averageUser).toEqual(Float64Array.of(1, 1, 1));
    expect(model.predict([['ada', 'brazil']])).toEqual([{ output: 0 }]);
  });
});

describe('the file of a factor model', () => {
  test.each([undefined, { min: 1, max: 5 }])('gives back the model, with the range %p', (range) => {
    const { model } = loadModel(encodeModelFile(file({ range })));

    expect(model).toEqual(new FactorModel({ ...parts, range }));
  });

  test.each<[string, ModelFile, RegExp]>([
    ['ids that are not ascending', file({ users: { ...parts.users, ids: ['bob', 'ada'] } }), /'users' are not asc/],
    ['an id that is there twice', file({ users: { ...parts.users, ids: ['ada', 'ada'] } }), /'users' are not asc/],
    [
      'weights for other users',
      file({ users: { ...parts.users, ids: ['ada'] } }),
      /'userWeights'.*\[1,2\]|cannot hold/,
    ],
    ['a rank beyond the width', file({}, { rank: 3 }), /'rank' must be a whole number from 1 to 2/],
    ['a λ that lets no user learn', file({}, { rank: 2, lambda: 0 }), /'lambda' must be above 0/],
    ['a range from above to below', file({ range: { min: 5, max: 1 } }), /ends at 1 before it starts at 5/],
    ['a number that is not finite', file({ averageUser: Float64Array.of(0, Number.NaN) }), /'averageUser'.*not finite/],
  ])('is refused with %s', (_, faulty, message) => {
    const load = () => loadModel(encodeModelFile(faulty));

    expect(load).toThrow(ModelFileError);
    expect(load).toThrow(message);
  });
});
