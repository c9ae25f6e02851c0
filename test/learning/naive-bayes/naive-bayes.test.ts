import fc from 'fast-check';
import { loadModel } from '../../../learning/load-model';
import { type Row, SampleError, type ScalarFeature } from '../../../learning/model';
import { encodeModelFile, type ModelFile } from '../../../learning/model-file';
import { Counter, learnWords, NegativeFeatureError } from '../../../learning/naive-bayes/counts';
import { fitNaiveBayes } from '../../../learning/naive-bayes/naive-bayes';
import { NaiveBayesModel } from '../../../learning/naive-bayes/naive-bayes-model';
import { wordsOf } from '../../../learning/naive-bayes/words';

interface Training {
  readonly features: readonly ScalarFeature[];
  readonly rows: readonly Row[];
  readonly labels: readonly string[];
  readonly lambda?: number;
}

function train({ features, rows, labels, lambda = 1 }: Training): NaiveBayesModel {
  const encoded = learnWords(features, rows);
  const classes = [...new Set(labels)].sort();
  const numbers = Int32Array.from(labels, (label) => classes.indexOf(label));
  const likelihoods = fitNaiveBayes(new Counter(encoded), rows, numbers, { classes: classes.length, lambda });
  return new NaiveBayesModel({ features: encoded, classes, params: {}, ...likelihoods });
}

const amounts = (names: readonly string[]): ScalarFeature[] =>
  names.map((name) => ({ name, type: 'float' as const, aliases: [] }));
const text: ScalarFeature = { name: 'text', type: 'str', aliases: [] };

describe('naive Bayes', () => {
  // Manning, Raghavan, Schütze: Introduction to Information Retrieval, example 13.1.
  test('gives the probabilities of the example in the textbook', () => {
    const model = train({
      features: [text],
      rows: [['Chinese Beijing Chinese'], ['Chinese Chinese Shanghai'], ['Chinese Macao'], ['Tokyo Japan Chinese']],
      labels: ['china', 'china', 'china', 'other'],
    });

    const [prediction] = model.predict([['Chinese Chinese Chinese Tokyo Japan']]);

    // With λ = 1 on the classes, too: (3 + 1)/(4 + 2) and (1 + 1)/(4 + 2).
    const china = (4 / 6) * (3 / 7) ** 3 * (1 / 14) ** 2;
    const other = (2 / 6) * (2 / 9) ** 5;
    expect(prediction!.output).toBe('china');
    expect(prediction!.probabilities![0]).toBeCloseTo(china / (china + other), 12);
  });

  test('multiplies prior and likelihoods, each smoothed, as its definition says', () => {
    const row = fc.array(fc.nat(4), { minLength: 3, maxLength: 3 });
    const rows = fc.array(fc.tuple(row, fc.constantFrom('a', 'b')), { maxLength: 8 });
    fc.assert(
      fc.property(rows, row, fc.integer({ min: 1, max: 30 }), (some, asked, tenths) => {
        const lambda = tenths / 10;
        const all = [...some, [[1, 0, 2], 'a'] as const, [[0, 3, 0], 'b'] as const];
        const model = train({
          features: amounts(['x', 'y', 'z']),
          rows: all.map(([values]) => values),
          labels: all.map(([, label]) => label),
          lambda,
        });

        const joint = ['a', 'b'].map((label) => {
          const own = all.filter(([, other]) => other === label).map(([values]) => values);
          const total = own.flat().reduce((sum, x) => sum + x, 0);
          const likelihood = asked.map((x, j) => {
            const ofColumn = own.reduce((sum, values) => sum + values[j]!, 0);
            return ((ofColumn + lambda) / (total + 3 * lambda)) ** x;
          });
          return likelihood.reduce((product, x) => product * x, (own.length + lambda) / (all.length + 2 * lambda));
        });
        const [prediction] = model.predict([asked]);
        expect(prediction!.probabilities![0]).toBeCloseTo(joint[0]! / (joint[0]! + joint[1]!), 10);
      }),
    );
  });

  test('does not count words that training did not see', () => {
    const model = train({ features: [text], rows: [['red'], ['blue']], labels: ['a', 'b'] });

    expect(model.predict([['green red']])).toEqual(model.predict([['red']]));
  });

  test('keeps the words of two texts apart', () => {
    const features: ScalarFeature[] = [text, { ...text, name: 'title' }];
    const model = train({
      features,
      rows: [
        ['red', 'blue'],
        ['blue', 'red'],
      ],
      labels: ['a', 'b'],
    });

    expect(model.predict([['red', '']])[0]!.output).toBe('a');
    expect(model.predict([['', 'red']])[0]!.output).toBe('b');
  });

  test('refuses a negative feature, naming the row', () => {
    const training: Training = { features: amounts(['x']), rows: [[1], [-2]], labels: ['a', 'b'] };

    expect(() => train(training)).toThrow(NegativeFeatureError);
    expect(() => train(training)).toThrow(/^x: -2 is below 0/);
    const model = train({ ...training, rows: [[1], [2]] });
    expect(() => model.predict([[1], [1], [-0.5]])).toThrow(SampleError);
    expect(() => model.predict([[1], [1], [-0.5]])).toThrow(/^\[2\]\.x: -0\.5 is below 0/);
  });

  test('is in its file as it was', () => {
    const model = train({
      features: [text, ...amounts(['x'])],
      rows: [
        ['red red', 1],
        ['blue', 3],
      ],
      labels: ['a', 'b'],
    });
    const file: ModelFile = {
      header: {
        algorithm: 'naive',
        model: 'colours',
        features: [...model.features],
        classes: [...model.classes],
        hyperparameters: { lambda: 1 },
        params: {},
        scores: { train: 1, test: null },
        data: { sha256: '0'.repeat(64), rows: 2 },
        createdAt: '2024-01-01T00:00:00.000Z',
      },
      arrays: model.toArrays(),
    };

    expect(loadModel(encodeModelFile(file)).model).toEqual(model);
    const less = { ...file, header: { ...file.header, classes: ['a', 'b', 'c'] } };
    expect(() => loadModel(encodeModelFile(less))).toThrow(/'priors' has the shape \[2\]/);
  });
});

test('words are runs of letters and digits of any script, in small letters', () => {
  expect(wordsOf("Don't PANIC: 42, Füße и мир!")).toEqual(['don', 't', 'panic', '42', 'füße', 'и', 'мир']);
  expect(wordsOf(' -- ')).toEqual([]);
});
