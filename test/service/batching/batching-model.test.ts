import type { Row, TabularModel } from '../../../learning/model';
import { BatchingModel } from '../../../service/batching/batching-model';

/** Answers the first value of each row, and notes how many rows it is asked at once. */
function echo(asked: number[], closed: string[] = []): TabularModel {
  return {
    kind: 'tabular',
    features: [{ name: 'x', type: 'float', aliases: [] }],
    classes: undefined,
    params: {},
    predict: async (rows: readonly Row[]) => {
      asked.push(rows.length);
      return rows.map(([value]) => ({ output: value as number }));
    },
    close: () => void closed.push('closed'),
  };
}

it('answers requests that come at once in two inferences: the first, and all others', async () => {
  const asked: number[] = [];
  const model = new BatchingModel(echo(asked), { maxSize: 64, maxDelayMs: 0 });

  const answers = await Promise.all([1, 2, 3, 4].map((value) => model.predict([[value]])));

  expect(answers).toEqual([1, 2, 3, 4].map((output) => [{ output }]));
  expect(asked).toEqual([1, 3]);
});

it('is the model in all else', async () => {
  const closed: string[] = [];
  const inner = echo([], closed);
  const model = new BatchingModel(inner, { maxSize: 1, maxDelayMs: 0 });

  model.close();

  expect(model).toMatchObject({ kind: 'tabular', features: inner.features, classes: undefined, params: {} });
  expect(closed).toEqual(['closed']);
});
