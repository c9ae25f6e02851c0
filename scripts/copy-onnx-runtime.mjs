import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './bundle.mjs';

/** What the runtime needs to run on Linux, whatever the processor. */
const parts = [
  'onnxruntime-node/package.json',
  'onnxruntime-node/dist',
  'onnxruntime-node/bin/napi-v6/linux',
  'onnxruntime-common/package.json',
  'onnxruntime-common/dist/cjs',
];

/**
 * Copies what runs ONNX files into `node_modules` of a folder if a model is of that kind: it is a native library, which no
 * bundle can hold, and larger than all else in the image.
 * @param {{ models: Record<string, { algorithm: string }> }} config
 * @param {string} app
 * @throws {Error} if it is not installed
 */
export async function copyOnnxRuntime({ models }, app) {
  const name = Object.keys(models).find((model) => models[model].algorithm === 'onnx');
  if (name === undefined) return;
  for (const part of parts) {
    await cp(join(root, 'node_modules', part), join(app, 'node_modules', part), { recursive: true }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      throw new Error(`models.${name} needs onnxruntime-node in node_modules, which is not there: run npm ci`);
    });
  }
}
