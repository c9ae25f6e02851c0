import { loadModel } from '../../../learning/load-model';
import type { ModelParams, TabularModel } from '../../../learning/model';
import { Metrics } from '../../../service/metrics/metrics';
import { ServedModel, type ServedRevision } from '../../../service/models/served-models';
import type { PredictionLog, PredictionRecord } from '../../../service/predictions/log';
import { Predictor } from '../../../service/predictions/predictor';
import { fileAnswering, irisConfig } from '../models/iris';

/** A log that takes everything. */
const log: PredictionLog = {
  state: 'ok',
  append: async () => {},
  flush: async () => {},
  close: async () => {},
};
const { header } = loadModel(fileAnswering('setosa'));
const predictor = new Predictor(log, new Metrics('1.0.0'), 10);

/** A revision that answers the value of the parameter `threshold` that it was given. */
function revisionWith(revision: number, params: ModelParams): ServedRevision {
  const model: TabularModel = {
    kind: 'tabular',
    features: [],
    classes: undefined,
    params,
    predict: (rows, { threshold }) => rows.map(() => ({ output: Number(threshold) })),
  };
  return { revision, model, header };
}

describe('A prediction by a revision that the request names', () => {
  const previous = revisionWith(1, { threshold: 0.25 });
  const active = revisionWith(2, { threshold: 0.75 });
  const config = irisConfig().models.iris!;
  const model = new ServedModel('iris', config, active, new Date(), [active, previous]);
  const ask = { model, revision: previous, protocol: 'oip', rows: [[]], parsedAt: 0 } as const;

  it('uses the parameters of that revision, not those of the active one', async () => {
    const { revision, predictions } = await predictor.answer(ask);

    expect([revision, predictions[0]?.output]).toEqual([1, 0.25]);
  });

  it('uses the parameters of the request if it has any', async () => {
    const { predictions } = await predictor.answer({ ...ask, params: { threshold: 0.5 } });

    expect(predictions[0]?.output).toBe(0.5);
  });
});

describe('A query whose answer is no prediction per row', () => {
  it('is logged as one row, with the query as its features and the answer as its output', async () => {
    const records: PredictionRecord[] = [];
    const recording: PredictionLog = { ...log, append: async (record) => void records.push(record) };
    const model = new ServedModel('iris', irisConfig().models.iris!, revisionWith(3, {}), new Date());
    const answer = { itemScores: [{ item: 'a', score: 0.5 }] };

    const answered = await new Predictor(recording, new Metrics('1.0.0'), 10).answerQuery({
      model,
      protocol: 'pio',
      features: '{"user":"ada"}',
      answer: async ({ revision }) => ({ ...answer, revision }),
      parsedAt: 0,
    });

    expect(answered).toMatchObject({ revision: 3, answer: { ...answer, revision: 3 } });
    expect(records).toMatchObject([
      {
        predictionId: answered.predictionId,
        protocol: 'pio',
        samples: [{ features: '{"user":"ada"}', output: '{"itemScores":[{"item":"a","score":0.5}],"revision":3}' }],
      },
    ]);
  });
});
