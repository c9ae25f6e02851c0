import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModelInput } from '../../../config/models/model-input';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { preparePythonEnvironment } from '../../support/python-environment';
import { Command, runCommand } from '../support/command';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { until } from '../support/wait';

// Generous, as for all tests: it installs what exports models, and starts the product.
jest.setTimeout(600_000);

/** What a library says about rows with its own model. */
interface Predicted {
  readonly rows: readonly (readonly (number | string)[])[];
  readonly outputs: readonly (number | string)[];
  readonly probabilities: readonly (readonly number[])[] | null;
}

/** The parts of the answers of all protocols that are looked at. */
interface Answer {
  readonly model_name?: string;
  readonly model_version?: string;
  readonly outputs: readonly { readonly data: readonly (number | string)[] }[];
  readonly output?: unknown;
  readonly result: readonly unknown[];
  readonly predictions: readonly unknown[];
  readonly revision?: number;
  readonly error?: string;
}

const species = ['setosa', 'versicolor', 'virginica'];
const floats = (...names: readonly string[]) => names.map((name) => ({ name, type: 'float' as const }));
const flower = floats('sepal_length', 'sepal_width', 'petal_length', 'petal_width');
const patient = floats('age', 'sex', 'bmi', 'bp');

const onnx = (name: string, mapping: ModelInput['mapping'] & object, changes: object = {}) =>
  ({ algorithm: 'onnx', file: `${name}.onnx`, mapping, ...changes }) as ModelInput;

const models: Readonly<Record<string, ModelInput>> = {
  logistic: onnx('logistic', flower, {
    source: { csv: resolve('examples/iris/iris.csv') },
    target: 'species',
    minScore: 0.9,
    batching: { maxSize: 16, maxDelayMs: 2 },
  }),
  forest: onnx('forest', flower),
  maps: onnx('maps', flower, { outputs: { label: 'output_label' } }),
  linear: onnx('linear', patient),
  boosted: onnx('boosted', patient, { threads: 2 }),
  columns: onnx('columns', [
    { name: 'age', type: 'float' },
    { name: 'visits', type: 'int' },
    { name: 'country', type: 'str' },
  ]),
  xgboost: onnx('xgboost', flower),
  'xgboost-named': onnx('xgboost', flower, { classes: species }),
  'xgboost-number': onnx('xgboost-number', patient),
  lightgbm: onnx('lightgbm', flower),
  'lightgbm-number': onnx('lightgbm-number', patient),
  torch: onnx('torch', flower, { outputs: { probabilities: 'output' }, classes: species }),
  'torch-logits': onnx('torch-logits', flower, { outputs: { logits: 'output' }, classes: species }),
  'torch-number': onnx('torch-number', flower),
};

describe('Models that other libraries trained and exported to ONNX', () => {
  let place: Place;
  let database: TestDatabase;
  let config: string;
  let product: Product;
  let predicted: Readonly<Record<string, Predicted>>;

  const run = (...args: string[]) =>
    runCommand({ place, args: [...args, '--config', config, '--data', place.data, '--database', database.url] });

  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${product.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Answer };
  };

  /** The row as an object by the names of the model's features. */
  const named = (model: string, row: readonly (number | string)[]) =>
    Object.fromEntries((models[model]!.mapping ?? []).map(({ name }, i) => [name, row[i]!]));

  beforeAll(async () => {
    const requirements = 'test/e2e/models/exporters/requirements.txt';
    const { python } = preparePythonEnvironment('scikit-learn, XGBoost, LightGBM and their exporters', requirements);
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    config = writeProject(place, { models });
    execFileSync(python, ['test/e2e/models/exporters/export.py', join(config, '..')], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    predicted = JSON.parse(readFileSync(join(config, '../predictions.json'), 'utf8'));
    for (const model of Object.keys(models)) {
      const { exitCode, stderr } = await run('train', model);
      expect({ model, exitCode, stderr }).toEqual({ model, exitCode: 0, stderr: '' });
    }
    product = await startProduct({ place, port: await stablePort(), database: database.url, processes: 1, config });
  });
  afterAll(async () => {
    await product?.stop();
    await place?.remove();
    await database?.drop();
  });

  it.each(Object.keys(models))('%s answers as its library does', async (model) => {
    const { rows, outputs, probabilities } = predicted[model === 'xgboost-named' ? 'xgboost' : model]!;
    const instances = rows.map((row) => named(model, row));
    const tensors = (models[model]!.mapping ?? []).map(({ name, type }, i) => ({
      name,
      shape: [rows.length],
      datatype: { float: 'FP64', int: 'INT64', str: 'BYTES' }[type as string],
      data: rows.map((row) => row[i]),
    }));

    const { status, answer } = await post(`/v2/models/${model}/infer`, { inputs: tensors });

    expect({ rows: instances.length, status, model: answer.model_name }).toEqual({
      rows: rows.length,
      status: 200,
      model,
    });
    const [predict, proba] = answer.outputs;
    if (!predict) throw new Error('there is no output');
    if (probabilities === null) {
      for (const [i, output] of outputs.entries()) expect(predict.data[i]).toBeCloseTo(output as number, 2);
    } else {
      const expected = model === 'xgboost-named' ? outputs.map((output) => species[output as number]) : outputs;
      expect(predict.data).toEqual(expected);
      if (model === 'maps') expect(proba).toBeUndefined();
      else for (const [i, p] of probabilities.flat().entries()) expect(proba?.data[i]).toBeCloseTo(p, 5);
    }
  });

  it('is one to all protocols, and each answer stands in the log', async () => {
    const [row] = predicted.logistic!.rows;
    const inputs = named('logistic', row!);
    const query = new URLSearchParams(
      Object.entries(inputs).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const request_time = '2024-05-06 07:08:09';

    const answers = [
      (await post('/run/', { id: 'a', request_time, inputs })).answer.output,
      ((await (await fetch(`${product.url}/predict?${query}`)).json()) as { result: unknown }).result,
      (await post('/predict', [inputs])).answer.result[0],
      (await post('/invocations', { instances: [inputs] })).answer.predictions[0],
    ];
    const stream = new Command({
      place,
      args: ['stream', '--config', config, '--data', place.data, '--database', database.url],
    });
    stream.child.stdin?.end(`${JSON.stringify([inputs])}\n`);
    await stream.ended;

    expect(answers).toEqual(Array(4).fill('setosa'));
    expect(stream.stdout).toBe('["setosa"]\n');
    await product.untilShipped();
    const { rows } = await database.pool.query(
      `select i.protocol from inputs_1_0_0 i join outputs_1_0_0 o using (run_id)
       where i.model = 'logistic' and o.output = 'setosa' and i.protocol <> 'oip' and i.protocol <> 'stream' order by run_id`,
    );
    expect(rows.map(({ protocol }) => protocol)).toEqual(['ml-aws', 'palladium', 'palladium', 'invocations']);
  });

  it('answers each of many requests at once with its own rows', async () => {
    const { rows, probabilities } = predicted.logistic!;

    const answers = await Promise.all(
      rows.map((row) =>
        post('/v2/models/logistic/infer', {
          inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64', data: row }],
          outputs: [{ name: 'predict_proba' }],
        }),
      ),
    );

    for (const [i, { status, answer }] of answers.entries()) {
      expect(status).toBe(200);
      for (const [c, p] of probabilities![i]!.entries()) expect(answer.outputs[0]?.data[c]).toBeCloseTo(p, 5);
    }
  });

  it('tells the score on the rows of the source, and the format of the model', async () => {
    const { revisions } = (await (await fetch(`${product.url}/models/logistic/revisions`)).json()) as {
      revisions: readonly object[];
    };
    const right = predicted.logistic!.outputs.filter((label, i) => label === species[Math.floor(i / 50)]).length;

    expect(revisions).toMatchObject([{ revision: 1, scores: { train: null, test: right / 150 } }]);
    expect(await (await fetch(`${product.url}/v2/models/logistic`)).json()).toMatchObject({
      platform: 'modelapp_onnx',
    });
  });

  it('takes another export in the place of the file while it serves, and goes back', async () => {
    const sepal = async () =>
      (
        await post('/v2/models/logistic/infer', {
          inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64', data: predicted.logistic!.rows[60] }],
        })
      ).answer;
    const before = await sepal();
    copyFileSync(join(config, '../forest.onnx'), join(config, '../logistic.onnx'));

    // The revision has its own copy.
    expect((await sepal()).outputs).toEqual(before.outputs);
    expect(await run('train', 'logistic')).toMatchObject({ exitCode: 0 });
    await until('revision 2 serves', async () => (await sepal()).model_version === '2');
    expect((await sepal()).outputs).not.toEqual(before.outputs);
    expect(await run('models', 'rollback', 'logistic')).toMatchObject({ exitCode: 0 });
    await until('revision 1 serves', async () => (await sepal()).model_version === '1');
    expect((await sepal()).outputs).toEqual(before.outputs);
  });

  it('is imported from a file by the command, or by a request from the data directory', async () => {
    copyFileSync(join(config, '../forest.onnx'), join(place.data, 'another.onnx'));
    writeFileSync(join(place.data, 'broken.onnx'), 'not a model');

    expect(await run('models', 'import', 'forest', join(place.data, 'another.onnx'), '--no-activate')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/ {2}2 .* import /),
    });
    expect(await post('/models/forest/revisions', { source: 'another.onnx', activate: false })).toMatchObject({
      status: 201,
      answer: { revision: 3 },
    });
    expect(await post('/models/forest/revisions', { source: 'broken.onnx' })).toMatchObject({
      status: 400,
      answer: { error: 'source: is no ONNX file' },
    });
  });

  it('with probabilities as maps is refused with what to do, where more than the label is asked for', async () => {
    copyFileSync(join(config, '../maps.onnx'), join(config, '../lightgbm.onnx'));
    expect(await run('train', 'lightgbm')).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining("export with options={'zipmap': False}"),
    });
  });
});
