import { resolveConfig } from '../../../config/resolve';
import type { NaiveConfig } from '../../../config/schema';
import type { Row } from '../../../learning/model';
import { fitClassifier } from '../../../training/classifier/fit-classifier';
import { DataError } from '../../../training/data-error';

const config = resolveConfig({
  models: {
    mail: {
      algorithm: 'naive',
      source: { csv: 'mail.csv' },
      target: 'label',
      mapping: [
        { name: 'text', type: 'str' },
        { name: 'links', type: 'int' },
      ],
    },
  },
}).models.mail as NaiveConfig;

const datasetOf = (rows: readonly Row[], labels: readonly string[]) => ({
  source: 'mail.csv',
  sha256: '',
  rows,
  labels,
});

describe('a naive Bayes classifier', () => {
  test('learns from the chosen rows alone', async () => {
    const dataset = datasetOf(
      [
        ['cheap pills', 3],
        ['see you soon', 0],
        ['soon cheap', 0],
      ],
      ['spam', 'ham', 'spam'],
    );

    const { model } = await fitClassifier(dataset, [0, 1], config);

    expect(model.features[0]).toMatchObject({ categories: ['cheap', 'pills', 'see', 'soon', 'you'] });
    expect(model.predict([['soon', 0]])[0]!.output).toBe('ham');
    expect(model.predict([['soon', 4]])[0]!.output).toBe('spam');
  });

  test('refuses a negative feature with its row, whether it is held out or not', async () => {
    const dataset = datasetOf(
      [
        ['a', 0],
        ['b', 1],
        ['c', -1],
      ],
      ['spam', 'ham', 'ham'],
    );

    const fitted = fitClassifier(dataset, [0, 1], config);

    await expect(fitted).rejects.toThrow(DataError);
    await expect(fitted).rejects.toThrow(/^mail\.csv: row 3: links: -1 is below 0/);
  });

  test('needs two classes', async () => {
    await expect(fitClassifier(datasetOf([['a', 0]], ['spam']), [0], config)).rejects.toThrow(
      /all rows have the label/,
    );
  });
});
