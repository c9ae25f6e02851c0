import fc from 'fast-check';
import type { LearnerConfig } from '../../../config/models/learner';
import { formatVariant, parseVariant, VariantError } from '../../../config/models/variant';
import { resolveConfig } from '../../../config/resolve';

const config = resolveConfig({ models: { movies: { algorithm: 'als', source: { csv: 'ratings.csv' } } } }).models
  .movies as LearnerConfig;

const parse = (text: string) => parseVariant('best.json', text, config);
const withParams = (params: unknown) => JSON.stringify({ algorithms: [{ name: 'als', params }] });

test('is written in the form of PredictionIO, the parameters in the order of the algorithm', () => {
  const text = formatVariant('movies', config, { lambda: 0.12, rank: 50 }, new Date('2026-05-06T07:08:09.010Z'));

  const D = '{"name":"","params":{}}';
  expect(text).toBe(
    `{"id":"movies 2026-05-06T07:08:09.010Z","description":"","engineFactory":"movies","datasource":${D},` +
      `"preparator":${D},"algorithms":[{"name":"als","params":{"rank":50,"lambda":0.12}}],"serving":${D}}\n`,
  );
});

test('is read as it was written', () => {
  const sets = fc.record(
    {
      rank: fc.integer({ min: 1, max: 1000 }),
      lambda: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
      sweeps: fc.integer({ min: 1 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(sets, (set) => {
      expect(parse(formatVariant('movies', config, set, new Date(0)))).toEqual(set);
    }),
  );
});

test('may have parts that mean nothing here, and no parameters', () => {
  expect(parse('{"id":"default","datasource":{"params":{"appName":"a"}},"algorithms":[{"name":"als"}]}')).toEqual({});
});

test('may begin with the mark that editors of Windows write', () => {
  expect(parse(`\uFEFF${withParams({ rank: 4 })}`)).toEqual({ rank: 4 });
});

test.each([
  ['{"algorithms":', 'best.json: is not JSON: '],
  ['[]', 'best.json: must be an object, as modelapp tune writes it'],
  ['{}', 'best.json: algorithms: must be a list of one algorithm'],
  ['{"algorithms":[1]}', 'best.json: algorithms[0]: must be an object with name and params'],
  [
    '{"algorithms":[{"name":"softmax","params":{}}]}',
    `best.json: algorithms[0].name: must be 'als', the algorithm of the model, not "softmax"`,
  ],
  [
    '{"algorithms":[{"params":{}}]}',
    `best.json: algorithms[0].name: must be 'als', the algorithm of the model, and is missing`,
  ],
  ['{"algorithms":[{"name":"als","params":[]}]}', 'best.json: algorithms[0].params: must be an object'],
  [
    withParams({ numIterations: 20, rank: '10' }),
    "best.json: algorithms[0].params.numIterations: is no parameter of als in mode 'explicit'; it has rank, lambda, sweeps\n" +
      'best.json: algorithms[0].params.rank: must be integer, not "10"',
  ],
  [withParams({ lambda: 0 }), 'best.json: algorithms[0].params.lambda: must be above 0'],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(VariantError);
  expect(() => parse(text)).toThrow(message);
});
