import type { OnnxConfig } from '../../config/schema';
import { OnnxError } from '../../learning/onnx/onnx-error';
import { DataError } from '../data-error';
import { type DataPlaces, readDataset } from '../read-dataset';
import type { Metrics } from '../sparse-linear/score-sparse-linear';
import { onnxMetrics } from './score-onnx';
import { examine } from './train-onnx';

/**
 * Scores the ONNX file of a configuration, which another library trained, on all rows of its source.
 * @param name of the model
 * @throws {DataError} if there is no source, the file cannot be served, or the rows are not fit to score it
 * @throws the signal's reason once it is aborted
 */
export async function evaluateOnnx(
  name: string,
  config: OnnxConfig,
  places: DataPlaces,
  signal?: AbortSignal,
): Promise<{ readonly rows: number; readonly metrics: Metrics }> {
  const { source, target, mapping, file } = config;
  if (!source) {
    throw new DataError(
      `models.${name}.source: is missing; name rows to evaluate ${file} on, and their labels by target`,
    );
  }
  const dataset = await readDataset(name, { source, mapping, target: target as string }, places, signal);
  const { model } = await examine(config, places.directory);
  try {
    return { rows: dataset.rows.length, metrics: await onnxMetrics(model, dataset, signal) };
  } catch (error) {
    throw error instanceof OnnxError ? new DataError(`${file}: ${error.message}`) : error;
  } finally {
    model.close?.();
  }
}
