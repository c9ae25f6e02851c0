import { watchProcess } from '../../custom-models/watch-process';
import { neutralRow } from '../../learning/features/neutral-row';
import { PredictError } from '../../learning/model';
import { decodeModelFile, ModelFileError } from '../../learning/model-file';
import { examineOnnx } from '../../learning/onnx/examine';
import { OnnxModel } from '../../learning/onnx/onnx-model';
import type { FromOnnx, OnnxCall, OnnxFailure, OnnxQuestions, ToOnnx } from './messages';

/* The program of a process that runs one ONNX file, and can do nothing else during an inference. */

let model: OnnxModel | undefined;

function answer(call: OnnxCall): Promise<unknown> {
  switch (call.question) {
    case 'examine':
      return examine(call.ask);
    case 'load':
      return load(call.ask);
    case 'predict':
      return model ? model.predict(call.ask.rows) : Promise.reject(new Error('no ONNX file is loaded'));
  }
}

async function examine({
  file,
  options,
}: OnnxQuestions['examine']['ask']): Promise<OnnxQuestions['examine']['answer']> {
  const { classes, onnx, model: tried } = await examineOnnx(file, options);
  tried.close();
  return { classes, onnx };
}

async function load({ file, threads }: OnnxQuestions['load']['ask']): Promise<undefined> {
  const loaded = OnnxModel.fromFile(decodeModelFile(file), threads);
  await loaded.predict([neutralRow(loaded.features)]).catch((error) => {
    // A file may refuse a made-up row; it is open all the same.
    if (error instanceof ModelFileError) throw error;
  });
  model = loaded;
}

function failureOf(error: unknown): OnnxFailure {
  const { message, stack } = error as Error;
  if (error instanceof PredictError) return { of: 'PredictError', message, stack, code: error.code };
  return { of: error instanceof ModelFileError ? 'OnnxError' : 'Error', message, stack, code: undefined };
}

const send = (message: FromOnnx): void => void process.send?.(message);

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (message: ToOnnx) => {
  if ('bounds' in message) {
    watchProcess(message.bounds);
    return;
  }
  answer(message).then(
    (given) => send({ answer: given }),
    (error) => send({ failure: failureOf(error) }),
  );
});
// Ctrl-C reaches every process of a terminal; whoever started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
