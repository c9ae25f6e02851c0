import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { OnnxError } from './onnx-error';

/** What runs ONNX files, and the version that is tested: an optional package. */
export const onnxRuntime = 'onnxruntime-node@1.30.0';

/** Threads of one inference; each process of the service has as many. */
export const defaultThreads = 1;

/**
 * An ONNX file that the runtime opens at its first use and frees when it is closed, after the runs that are under way.
 * Whoever uses it after that has it opened again.
 */
export class OnnxSession {
  #opened: Promise<InferenceSession> | undefined;
  #uses = 0;
  #isClosing = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly threads = defaultThreads,
  ) {}

  /**
   * Lets the session be used.
   * @throws {OnnxError} if the runtime is not installed or does not take the file
   */
  async use<T>(work: (session: InferenceSession) => T | Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      this.#opened ??= open(this.bytes, this.threads);
      return await work(await this.#opened);
    } finally {
      this.#uses -= 1;
      if (this.#isClosing) this.close();
    }
  }

  /** Frees the memory of the runtime once nothing runs. */
  close(): void {
    this.#isClosing = this.#uses > 0;
    if (this.#isClosing) return;
    const opened = this.#opened;
    this.#opened = undefined;
    opened?.then(
      (session) => session.release(),
      // Whoever opened it has been told.
      () => {},
    );
  }
}

async function open(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  const { InferenceSession } = loadRuntime();
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Errors are thrown; what it would print beside is for its developers.
    logSeverityLevel: 4,
  };
  return InferenceSession.create(bytes, options).catch((error: Error) => {
    throw new OnnxError(`is not taken by ${onnxRuntime}: ${error.message.split('\n', 1)[0]}`);
  });
}

/** @throws {OnnxError} that tells how to install it */
export function loadRuntime(): typeof import('onnxruntime-node') {
  // Else it tells its makers of each model that it opens.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  try {
    // Bundles do not follow this: they cannot hold a native library, and it may not be there.
    return createRequire(resolve(__filename))('onnxruntime-node');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new OnnxError(`needs the ONNX runtime, which is not installed: npm install ${onnxRuntime}`);
  }
}
