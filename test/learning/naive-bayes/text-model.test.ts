import { loadModel } from '../../../learning/load-model';
import { encodeModelFile, type ModelFile } from '../../../learning/model-file';
import { NaiveBayesModel } from '../../../learning/naive-bayes/naive-bayes-model';
import { TextModel } from '../../../learning/naive-bayes/text-model';

/** Of two classes with the priors ¾ and ¼; `red` is in the first three times as often as in the second. */
const classifier = new NaiveBayesModel({
  features: [
    { name: 'user', type: 'str', aliases: [], categories: [] },
    { name: 'item', type: 'str', aliases: ['text'], categories: ['blue', 'red'] },
  ],
  classes: ['a', 'b'],
  params: {},
  priors: Float64Array.of(Math.log(3 / 4), Math.log(1 / 4)),
  columns: Float64Array.of(Math.log(0.4), Math.log(0.8), Math.log(0.6), Math.log(0.2)),
});

const file = (changes: Partial<ModelFile['header']> = {}): ModelFile => ({
  header: {
    algorithm: 'naive',
    model: 'colours',
    features: [...classifier.features],
    classes: ['a', 'b'],
    hyperparameters: {},
    params: {},
    scores: { train: 1, test: null },
    data: { sha256: '0'.repeat(64), rows: 2 },
    createdAt: '2024-01-01T00:00:00.000Z',
    ...changes,
  },
  arrays: new TextModel(classifier).toArrays(),
});

describe('A text model', () => {
  const model = new TextModel(classifier);

  it('has the probabilities of the classes as the features of a text', () => {
    // ¾ · 0.6 against ¼ · 0.2
    const [a, b] = model.featuresOf('Red!');
    expect(a).toBeCloseTo(0.9, 12);
    expect(b).toBeCloseTo(0.1, 12);
  });

  it('scores by the dot product with the weights, which are 1 for a user of whom nothing is known', () => {
    expect(model.score(Float64Array.of(2, -1), model.featuresOf('red'))).toBeCloseTo(1.7, 12);
    expect(model.predict([['red', 'blue']])[0]?.output).toBeCloseTo(1, 12);
    expect(model.catalogue.size).toBe(0);
  });

  it('is in its file as it was', () => {
    expect(loadModel(encodeModelFile(file())).model).toEqual(model);
  });

  it('is refused if its features are others', () => {
    const features = [...classifier.features].reverse();
    expect(() => loadModel(encodeModelFile(file({ features })))).toThrow(
      'a text model needs the features user and item',
    );
  });
});
