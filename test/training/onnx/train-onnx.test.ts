/** @jest-environment ./test/support/native-arrays-environment.ts */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../../../config/resolve';
import type { OnnxConfig } from '../../../config/schema';
import { loadModel } from '../../../learning/load-model';
import { DataError } from '../../../training/data-error';
import { evaluateOnnx } from '../../../training/onnx/evaluate-onnx';
import { type TrainRequest, trainModel } from '../../../training/train-model';
import { linearClassifier, linearRegression } from '../../learning/onnx/onnx-file';

let directory: string;
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(directory, name), content);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'train-onnx-'));
  mkdirSync(join(directory, 'folder'));
  write('line.onnx', linearRegression([2], 1));
  write('sign.onnx', linearClassifier(['minus', 'plus'], [[-1], [1]]));
  write('text.onnx', 'not a model');
  write('line.csv', 'x,y\n0,1\n1,3\n2,8\n');
  write('sign.csv', 'x,y\n-1,minus\n2,plus\n-3,minus\n4,minus\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

const configured = (changes: object): OnnxConfig =>
  resolveConfig({
    models: { m: { algorithm: 'onnx', file: 'line.onnx', mapping: [{ name: 'x', type: 'float' }], ...changes } },
  }).models.m as OnnxConfig;

const take = (changes: object, request: Partial<TrainRequest> = {}) =>
  trainModel({ name: 'm', config: configured(changes), directory, createdAt: new Date(0), ...request });

const scored = (name: string) => ({ file: `${name}.onnx`, source: { csv: `${name}.csv` }, target: 'y' });

describe('Training a model of an ONNX file', () => {
  test('gives a model file that predicts as it does and bears its fingerprint', async () => {
    const { bytes, scores, rivalScore } = await take({});

    const { header, model } = loadModel(bytes);
    expect([scores, rivalScore]).toEqual([{ train: null, test: null }, null]);
    expect(header.data).toEqual({
      sha256: createHash('sha256')
        .update(linearRegression([2], 1))
        .digest('hex'),
      rows: 0,
    });
    expect(await model.predict([[3]], {})).toEqual([{ output: 7 }]);
    model.close?.();
  });

  test('scores a regression by its errors on all rows of the source', async () => {
    const { scores, metrics, rows } = await take(scored('line'));

    // It answers 1, 3, 5 for 1, 3, 8.
    expect(scores.train).toBeNull();
    expect(scores.test).toBeCloseTo(-Math.sqrt(9 / 3), 12);
    expect(metrics).toEqual({ rmse: -scores.test!, mae: 1 });
    expect(rows).toBe(3);
  });

  test('scores a classifier by its accuracy', async () => {
    const { scores, metrics } = await take(scored('sign'));

    expect(scores).toEqual({ train: null, test: 0.75 });
    expect(metrics).toBeUndefined();
  });

  test('scores the active revision on the same rows', async () => {
    write('better.onnx', linearRegression([3], 1));
    const { bytes } = await take({ file: 'better.onnx' });

    const { rivalScore } = await take(scored('line'), { rival: bytes });

    // The rival answers 1, 4, 7 for 1, 3, 8.
    expect(rivalScore).toBeCloseTo(-Math.sqrt(2 / 3), 12);
  });

  test.each([
    ['of a file that is not there', { file: 'none.onnx' }, 3, 'none.onnx: there is no such file'],
    ['of a folder', { file: 'folder' }, 3, 'folder: is a folder, not a file'],
    ['of what is no ONNX file', { file: 'text.onnx' }, 5, 'text.onnx: is no ONNX file'],
    [
      'with other features than the file takes',
      { mapping: [{ name: 'x', type: 'str' }] },
      5,
      "line.onnx: takes float32 in the input 'X': 'x' must be 'float' or 'int' or 'bool', not 'str'",
    ],
    [
      'on labels that the file does not know',
      { ...scored('sign'), source: { csv: 'line.csv' } },
      5,
      "line.csv: row 1: '1' is none of the model's classes minus, plus",
    ],
    [
      'of a regression on labels that are no numbers',
      { ...scored('line'), source: { csv: 'sign.csv' } },
      5,
      "sign.csv: row 1: 'minus' is not a number, as the model answers",
    ],
  ])('%s is refused', async (_what, changes, exitCode, message) => {
    const refused = take(changes);
    await expect(refused).rejects.toThrow(DataError);
    await expect(refused).rejects.toMatchObject({ exitCode, message });
  });
});

describe('Evaluating an ONNX file', () => {
  test('measures a regression on all rows of its source', async () => {
    // It answers 1, 3, 5 for 1, 3, 8.
    expect(await evaluateOnnx('m', configured(scored('line')), { directory })).toEqual({
      rows: 3,
      metrics: { rmse: Math.sqrt(9 / 3), mae: 1 },
    });
  });

  test('measures a classifier as cross-validation does', async () => {
    const { rows, metrics } = await evaluateOnnx('m', configured(scored('sign')), { directory });

    expect(rows).toBe(4);
    expect(metrics.accuracy).toBe(0.75);
  });

  test('needs a source', async () => {
    await expect(evaluateOnnx('m', configured({}), { directory })).rejects.toThrow(
      'models.m.source: is missing; name rows to evaluate line.onnx on, and their labels by target',
    );
  });
});
