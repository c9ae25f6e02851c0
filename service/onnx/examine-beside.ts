import type { ExaminedOnnx, OnnxOptions } from '../../learning/onnx/examine';
import { OnnxProcess } from './onnx-process';

/** How long a file may take to be opened and tried, in milliseconds. */
const timeoutMs = 60_000;

/**
 * Checks in a process of its own that an ONNX file can be served, and tries it once.
 * @param shown whose file it is, as errors show it
 * @throws {OnnxError} naming what is in the way
 * @throws {OnnxProcessError | WholeBatchError} if the process ends over it, or it takes too long
 */
export async function examineBeside(
  file: Uint8Array,
  options: OnnxOptions,
  shown: string,
): Promise<Omit<ExaminedOnnx, 'model'>> {
  const process = await OnnxProcess.start({ shown });
  try {
    return { file, features: options.features, ...(await process.ask('examine', { file, options }, timeoutMs)) };
  } finally {
    process.close();
  }
}
