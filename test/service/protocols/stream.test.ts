import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServedModel } from '../../../service/models/served-models';
import { type PredictService, serviceOf } from '../../../service/protocols/palladium/predict-service';
import { streamPredictions } from '../../../service/protocols/stream';
import { startTestService, type TestService } from '../../support/service';
import { typesModel } from './types-model';

const sample = { float: 1.5, int: 2, text: 'word', flag: true };
const line = (...floats: number[]) => JSON.stringify(floats.map((float) => ({ ...sample, float })));

let testService: TestService;
let service: PredictService;

const model = () => testService.context.models.get('types') as ServedModel;

/** Streams the chunks in and reads what comes out. */
async function stream(...chunks: (string | Buffer)[]): Promise<{ output: string; errors: string }> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const read = Promise.all([text(output), text(errors)]);
  const { predictor } = testService.context;
  await streamPredictions({ input: Readable.from(chunks), output, errors, predictor, model, service });
  output.end();
  errors.end();
  const [outputText, errorText] = await read;
  return { output: outputText, errors: errorText };
}

beforeAll(async () => {
  testService = await startTestService({
    config: {
      models: { types: typesModel.config },
      palladium: { services: [{ params: [{ name: 'threshold', type: 'float' }] }] },
    },
    answering: { types: typesModel },
  });
  service = serviceOf(testService.context.config, 'types');
});
afterAll(() => testService.stop());

it('answers each line with the compact list of its results, in order', async () => {
  const { output, errors } = await stream(`${line(1, 2)}\n${line(3)}\n`);
  expect([output, errors]).toEqual(['[1,2]\n[3]\n', '']);
});

it('answers a last line without a line feed, and lines that end as on Windows', async () => {
  expect((await stream(`${line(1)}\r\n${line(2)}`)).output).toBe('[1]\n[2]\n');
});

it('puts lines and characters together that arrive in parts', async () => {
  const bytes = Buffer.from(`[${JSON.stringify({ ...sample, text: 'ünï\u2028cødé' })}]\n`);
  await stream(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
  expect(typesModel.asked.rows).toEqual([[1.5, 2, 'ünï\u2028cødé', true]]);
});

it.each(['exit', 'EXIT', ' Exit '])('ends at the line %j', async (exit) => {
  expect((await stream(`${line(1)}\n${exit}\n${line(2)}\n`)).output).toBe('[1]\n');
});

it('takes the params from the first object of the line', async () => {
  await stream(
    `${JSON.stringify([
      { ...sample, threshold: '0.25' },
      { ...sample, threshold: 0.75 },
    ])}\n`,
  );
  expect(typesModel.asked.params).toEqual({ threshold: 0.25 });
});

it.each([
  ['no JSON', '{', 'the request body is not valid JSON'],
  ['an empty line', '', 'the request body is empty'],
  ['no list', '{"float": 1}', 'must be a list of at least one object'],
  ['an empty list', '[]', 'must be a list of at least one object'],
  ['a list of lists', '[[1, 2]]', '[0]: must be an object'],
  ['a missing field', '[{"float": 1}]', '[0].int: is required'],
  [
    'a param that does not convert',
    JSON.stringify([{ ...sample, threshold: null }]),
    'threshold: null is not a number',
  ],
  ['a failing model', JSON.stringify([{ ...sample, text: 'predict error' }]), 'no such word'],
])('answers [] for %s, tells why, and goes on', async (_fault, bad, reason) => {
  const { output, errors } = await stream(`${bad}\n${line(7)}\n`);
  expect(output).toBe('[]\n[7]\n');
  expect(errors).toMatch(/^Error while processing input row: .*\n$/);
  expect(errors).toContain(reason);
});

it('quotes only the beginning of a long bad line', async () => {
  const { errors } = await stream(`${'x'.repeat(1_000_000)}\n`);
  expect(errors.length).toBeLessThan(500);
});

it('reads no further than the output takes', async () => {
  let asked = 0;
  const input = Readable.from(
    (function* () {
      for (asked = 0; asked < 1000; asked += 1) yield `${line(asked)}\n`;
    })(),
  );
  // Takes nothing, and says so from the first byte on.
  const output = new Writable({ highWaterMark: 1, write: () => {} });
  const { predictor } = testService.context;
  void streamPredictions({ input, output, errors: new PassThrough(), predictor, model, service });

  for (let i = 0; i < 500; i += 1) await turn();

  expect(asked).toBeLessThan(100);
});

it('fails when the output does', async () => {
  const output = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const { predictor } = testService.context;
  const input = Readable.from([`${line(1)}\n`]);
  const streaming = streamPredictions({ input, output, errors: new PassThrough(), predictor, model, service });
  await expect(streaming).rejects.toThrow('EPIPE');
});

it('records what it answers', async () => {
  await testService.context.instance.ship();
  const { rows } = await testService.database.pool.query(
    `select protocol, features, output from inputs_1_0_0 join outputs_1_0_0 using (run_id, protocol)
     order by run_id limit 2`,
  );
  const features = { ...sample, $params: { threshold: 0.5 } };
  expect(rows).toEqual([
    { protocol: 'stream', features: { ...features, float: 1 }, output: '1' },
    { protocol: 'stream', features: { ...features, float: 2 }, output: '2' },
  ]);
});
