/** @jest-environment ./test/support/native-arrays-environment.ts */
import { loadModel } from '../../../learning/load-model';
import { PredictError, type ScalarFeature, type ScalarType } from '../../../learning/model';
import { examineOnnx, type OnnxOptions, onnxModelFile } from '../../../learning/onnx/examine';
import { onnxRuntime } from '../../../learning/onnx/onnx-session';
import packageJson from '../../../package.json';
import { identity, linearClassifier, linearRegression, onnxFile, type Value, zipMap } from './onnx-file';

const features = (...types: readonly ScalarType[]): ScalarFeature[] =>
  types.map((type, i) => ({ name: `x${i}`, type, aliases: [`alias${i}`] }));

const two = { features: features('float', 'float') };

/** Examines a file; what it opens is freed at once. */
async function examined(file: Uint8Array, options: OnnxOptions) {
  const result = await examineOnnx(file, options);
  result.model.close();
  return result;
}

const input = (name: string, type: Value['type'], ...rest: (number | string)[]): Value => ({
  name,
  type,
  shape: ['n', ...rest],
});

/** A softmax, computed apart. */
function softmax(logits: readonly number[]): number[] {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / total);
}

describe('A regression', () => {
  it('answers numbers, one for each row', async () => {
    const { model, classes } = await examined(linearRegression([1, 2], 3), two);
    expect(classes).toBeUndefined();
    expect(
      await model.predict([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([{ output: 8 }, { output: 14 }]);
  });

  it('takes no classes', async () => {
    const options = { ...two, classes: ['a', 'b'] };
    await expect(examined(linearRegression([1, 2], 3), options)).rejects.toThrow(
      "answers a number; leave out the option 'classes'",
    );
  });
});

describe('A classifier', () => {
  const coefficients = [
    [1, 0],
    [0, 2],
    [-1, 0.5],
  ];
  const rows = [
    [0.5, 0.25],
    [-2, 1],
  ] as const;
  const expected = rows.map(([a, b]) => softmax(coefficients.map(([u = 0, v = 0]) => u * a + v * b)));

  it('answers its own labels and their probabilities', async () => {
    const { model, classes } = await examined(linearClassifier(['a', 'b', 'c'], coefficients), two);
    expect(classes).toEqual(['a', 'b', 'c']);
    const predictions = await model.predict(rows);
    expect(predictions.map(({ output }) => output)).toEqual(['a', 'c']);
    for (const [row, { probabilities }] of predictions.entries()) {
      for (const [c, p] of expected[row]!.entries()) expect(probabilities![c]).toBeCloseTo(p, 6);
    }
  });

  it('answers labels that are integers as numbers', async () => {
    const { model } = await examined(linearClassifier([10n, 20n, 30n], coefficients), two);
    expect((await model.predict(rows)).map(({ output }) => output)).toEqual([10, 30]);
  });

  it('answers the names that the configuration gives to its labels', async () => {
    const options = { ...two, classes: ['red', 'green', 'blue'] };
    const { model } = await examined(linearClassifier([10n, 20n, 30n], coefficients), options);
    expect((await model.predict(rows)).map(({ output }) => output)).toEqual(['red', 'blue']);
  });

  it('is refused if the configuration lists another number of classes', async () => {
    await expect(
      examined(linearClassifier(['a', 'b', 'c'], coefficients), { ...two, classes: ['a', 'b'] }),
    ).rejects.toThrow("has 3 classes, but the option 'classes' lists 2");
  });

  it('answers labels alone if only those are to be read', async () => {
    const options = { ...two, outputs: { label: 'label' } };
    const { model } = await examined(linearClassifier(['a', 'b', 'c'], coefficients), options);
    expect(model.labelsOnly).toBe(true);
    expect(await model.predict(rows)).toEqual([{ output: 'a' }, { output: 'c' }]);
  });

  it('answers the likeliest class of logits, and their softmax', async () => {
    const logits = identity(input('y', 'float32', 3));
    await expect(examined(logits, { features: features('float', 'float', 'float') })).rejects.toThrow(
      "has the outputs 'y_out'; say by the option 'outputs' which of them is the label, the probabilities, the logits or the number",
    );
    const options = { features: features('float', 'float', 'float'), outputs: { logits: 'y_out' } };
    await expect(examined(logits, options)).rejects.toThrow(
      "does not tell its classes; list them by the option 'classes'",
    );
    const { model } = await examined(logits, { ...options, classes: ['a', 'b', 'c'] });
    const [prediction] = await model.predict([[1, 2, 0.5]]);
    expect(prediction!.output).toBe('b');
    for (const [c, p] of softmax([1, 2, 0.5]).entries()) expect(prediction!.probabilities![c]).toBeCloseTo(p, 12);
  });

  it('with a list of maps as probabilities is refused with what to do, or gives its labels alone', async () => {
    const file = zipMap(['', 'b']);
    const options = { features: features('str', 'float', 'float') };
    await expect(examined(file, options)).rejects.toThrow(
      "output 'output_probability' is no tensor but a list of maps; export with options={'zipmap': False} (onnxmltools: " +
        "zipmap=False), or take the label alone by the option 'outputs'",
    );
    const outputs = { label: 'output_label' };
    const { model } = await examined(file, { ...options, outputs });
    expect(await model.predict([['b', 0.5, 0.5]])).toEqual([{ output: 'b' }]);
  });

  it('that the runtime does not take is refused in one line', async () => {
    const unknown = onnxFile({
      inputs: [input('X', 'float32', 2)],
      outputs: [input('y', 'float32', 1)],
      nodes: [{ op: 'Unheard', inputs: ['X'], outputs: ['y'] }],
    });
    await expect(examined(unknown, two)).rejects.toThrow(new RegExp(`^is not taken by ${onnxRuntime}: [^\\n]*$`));
  });

  it('is refused if it answers another number of values than it has classes', async () => {
    const options = { ...two, classes: ['a', 'b', 'c'], outputs: { probabilities: 'X_out' } };
    await expect(examined(identity(input('X', 'float32', 'k')), options)).rejects.toThrow(
      "answers [2,2] in the output 'X_out' for 2 rows, not [2,3]",
    );
  });

  it('may refuse a made-up row', async () => {
    const options = { features: features('str'), classes: ['a', 'b'], outputs: { label: 'x_out' } };
    const { model } = await examined(identity(input('x', 'string', 1)), options);
    await expect(model.predict([['']])).rejects.toThrow('answered the label , which is none of a,b');
    expect(await model.predict([['b']])).toEqual([{ output: 'b' }]);
  });

  it('fails where it answers a label that is none of its classes', async () => {
    const options = { features: features('str'), classes: ['', 'a'], outputs: { label: 'x_out' } };
    const { model } = await examined(identity(input('x', 'string', 1)), options);
    expect(await model.predict([['a']])).toEqual([{ output: 'a' }]);
    await expect(model.predict([['b']])).rejects.toThrow('answered the label b, which is none of ,a');
  });
});

describe('Features', () => {
  it.each([
    ['float32', 'float', 0.1, Math.fround(0.1)],
    ['float64', 'float', 0.1, 0.1],
    ['float64', 'int', 7, 7],
    ['float32', 'bool', true, 1],
  ] as const)('reach an input of %s from a %s', async (type, feature, value, expected) => {
    const { model } = await examined(identity(input('x', type, 1)), { features: features(feature) });
    expect(await model.predict([[value]])).toEqual([{ output: expected }]);
  });

  it.each([
    ['int64', 'int', 2 ** 53 - 1],
    ['int32', 'int', -(2 ** 31)],
    ['string', 'str', 'ä'],
  ] as const)('reach an input of %s from a %s', async (type, feature, value) => {
    const options = { features: features(feature), classes: [0, '', value], outputs: { label: 'x_out' } };
    const texts = type === 'string' ? { classes: ['', 'ä'] } : { classes: [0, value] };
    const { model } = await examined(identity(input('x', type, 1)), { ...options, ...texts });
    expect(await model.predict([[value]])).toEqual([{ output: value }]);
  });

  it('fill inputs in order, each as many as it is wide', async () => {
    const file = identity(input('left', 'float32', 1), input('right', 'float32', 1));
    const options = { features: features('float', 'float'), outputs: { number: 'right_out' } };
    const { model } = await examined(file, options);
    expect(await model.predict([[1, 2]])).toEqual([{ output: 2 }]);
  });

  it('fill inputs by name or alias if all inputs have one', async () => {
    const file = identity(input('x1', 'float32', 1), input('alias0', 'float32', 1));
    const { model } = await examined(file, { ...two, outputs: { number: 'x1_out' } });
    expect(await model.predict([[1, 2]])).toEqual([{ output: 2 }]);
  });

  it('fill an input of any width', async () => {
    const file = identity(input('X', 'float32', 'k'));
    const { model } = await examined(file, { ...two, outputs: { probabilities: 'X_out' }, classes: ['a', 'b'] });
    expect(await model.predict([[0.25, 0.75]])).toEqual([{ output: 'b', probabilities: [0.25, 0.75] }]);
  });

  it('fill an input without a second dimension', async () => {
    const { model } = await examined(identity(input('x', 'float64')), { features: features('float') });
    expect(await model.predict([[3], [4]])).toEqual([{ output: 3 }, { output: 4 }]);
  });

  it.each([
    [
      'too few of them',
      linearRegression([1, 2, 3], 0),
      two,
      'takes 3 features, but the mapping has 2; its inputs are X [n, 3]',
    ],
    [
      'a text for a number',
      linearRegression([1], 0),
      { features: features('str') },
      "takes float32 in the input 'X': 'x0' must be 'float' or 'int' or 'bool', not 'str'",
    ],
    [
      'a fraction for an integer',
      identity(input('x', 'int64', 1)),
      { features: features('float'), classes: ['a', 'b'] },
      "'x0' must be 'int' or 'bool', not 'float'",
    ],
    [
      'a type that is not served',
      identity(input('x', 'uint8', 1)),
      { features: features('int') },
      "output 'x_out' has the type uint8; it must be one of float32, float64, int64, int32, string, bool",
    ],
    [
      'three dimensions',
      identity(input('x', 'float32', 2, 2)),
      two,
      "output 'x_out' has 3 dimensions; it must be [n] or [n, width]",
    ],
    [
      'a fixed number of samples',
      identity({ name: 'x', type: 'float32', shape: [1, 1] }),
      { features: features('float') },
      "input 'x' is for exactly 1 samples; export with a first dimension that varies",
    ],
    [
      'an output that is not there',
      linearRegression([1, 2], 0),
      { ...two, outputs: { number: 'y' } },
      "has no output 'y'; its outputs are 'variable'",
    ],
  ])('are refused with %s', async (_what, file, options, message) => {
    await expect(examined(file, options)).rejects.toThrow(message);
  });

  it('beyond the range of the input fail', async () => {
    const { model } = await examined(identity(input('x', 'int32', 1)), { features: features('int'), classes: [0, 1] });
    await expect(model.predict([[2 ** 31]])).rejects.toThrow(PredictError);
    await expect(model.predict([[2 ** 31]])).rejects.toThrow(
      'x0: 2147483648 is more than the model takes, which is an int32',
    );
  });
});

describe('The model file', () => {
  const facts = { model: 'm', scores: { train: null, test: 0.5 }, createdAt: new Date(0), rows: 4 };

  it('holds the ONNX file, and predicts as it does', async () => {
    const result = await examined(linearRegression([1, 2], 3), two);
    const { model, header } = loadModel(onnxModelFile(result, facts));
    expect(header).toMatchObject({
      algorithm: 'onnx',
      onnx: { outputs: { number: 'variable' }, labels: [] },
      data: { rows: 4 },
    });
    expect(model.features).toEqual(two.features);
    expect(await model.predict([[1, 2]], {})).toEqual([{ output: 8 }]);
    model.close?.();
  });

  it('has the same bytes each time', async () => {
    const result = await examined(linearClassifier(['a', 'b'], [[1], [2]]), { features: features('bool') });
    expect(onnxModelFile(result, facts)).toEqual(onnxModelFile(result, facts));
  });
});

describe('A model that was closed', () => {
  it('answers who still holds it', async () => {
    const { model } = await examined(linearRegression([1, 2], 3), two);
    const answers = Array.from({ length: 5 }, () => model.predict([[1, 2]]));
    model.close();
    expect(await Promise.all(answers)).toEqual(Array(5).fill([{ output: 8 }]));
    expect(await model.predict([[0, 0]])).toEqual([{ output: 3 }]);
  });
});

test('The version of the runtime that errors name is the one that is installed', () => {
  expect(onnxRuntime).toBe(`onnxruntime-node@${packageJson.optionalDependencies['onnxruntime-node']}`);
});
