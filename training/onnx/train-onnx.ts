import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { OnnxConfig } from '../../config/schema';
import { loadModel } from '../../learning/load-model';
import type { Model } from '../../learning/model';
import { type ExaminedOnnx, examineOnnx, onnxModelFile } from '../../learning/onnx/examine';
import { OnnxError } from '../../learning/onnx/onnx-error';
import { withFeaturesOf } from '../classifier/score-model';
import { DataError, DataExitCode } from '../data-error';
import type { Dataset } from '../dataset';
import { readDataset } from '../read-dataset';
import type { TrainedModel, TrainRequest } from '../train-model';
import { scoreOnnx } from './score-onnx';

/**
 * Takes over an ONNX file, which another library trained, after a trial, and scores it on all rows of the source if there
 * is one.
 * @throws {DataError} if the file is absent or cannot be served as configured, or the data is not fit to score it
 * @throws {ModelFileError} if the rival is no model file
 */
export async function trainOnnx(request: TrainRequest & { readonly config: OnnxConfig }): Promise<TrainedModel> {
  const { name, config, directory, createdAt, rival, signal } = request;
  const { file, source, target, mapping } = config;
  const dataset = source && (await readDataset(name, { source, mapping, target: target as string }, request, signal));
  const examined = await examine(config, directory);
  try {
    const scored = dataset && (await scoreOnnx(examined.model, dataset, signal));
    const scores = { train: null, test: scored?.score ?? null };
    const rows = dataset?.rows.length ?? 0;
    return {
      bytes: onnxModelFile(examined, { model: name, scores, createdAt, rows }),
      scores,
      rivalScore: rival && dataset ? await scoreRival(rival, dataset, config, signal) : null,
      rows,
      ...(scored?.metrics && { metrics: scored.metrics }),
    };
  } catch (error) {
    throw error instanceof OnnxError ? new DataError(`${file}: ${error.message}`) : error;
  } finally {
    examined.model.close();
  }
}

/**
 * Reads the file of a configuration and tries it; the caller closes its model.
 * @throws {DataError} if it is absent or cannot be served as configured
 */
export async function examine(
  { file, mapping, classes, outputs }: OnnxConfig,
  directory: string,
): Promise<ExaminedOnnx> {
  const bytes = await readFile(resolve(directory, file)).catch((error: NodeJS.ErrnoException) => {
    const { code, message } = error;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new DataError(`${file}: there is no such file`, DataExitCode.absent);
    if (code === 'EISDIR') throw new DataError(`${file}: is a folder, not a file`, DataExitCode.absent);
    throw new DataError(`${file}: may not be read: ${message}`, DataExitCode.noAccess);
  });
  return examineOnnx(bytes, { features: mapping, classes, outputs }).catch((error) => {
    throw error instanceof OnnxError ? new DataError(`${file}: ${error.message}`) : error;
  });
}

async function scoreRival(
  bytes: Uint8Array,
  dataset: Dataset,
  { mapping, threads }: OnnxConfig,
  signal?: AbortSignal,
): Promise<number> {
  const model: Model = loadModel(bytes, { threads }).model;
  try {
    return (await scoreOnnx(model, withFeaturesOf(model, dataset, mapping), signal)).score;
  } finally {
    model.close?.();
  }
}
