import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../../config/file/built-program';
import { PredictError } from '../../learning/model';
import { OnnxError } from '../../learning/onnx/onnx-error';
import { WholeBatchError } from '../batching/micro-batcher';
import type { FromOnnx, OnnxFailure, OnnxQuestion, OnnxQuestions, ToOnnx } from './messages';

/** The process that runs an ONNX file ended before it answered. */
export class OnnxProcessError extends Error {
  override readonly name = 'OnnxProcessError';
}

export interface OnnxProcessOptions {
  /** Whose file it runs, as errors show it: `models.iris`. */
  readonly shown: string;
  /**
   * Memory that it may take, in MiB.
   * @default what there is
   */
  readonly memoryMiB?: number | undefined;
}

interface OpenCall {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process that runs one ONNX file. The runtime computes on the thread that asks it, may take any time for it, and takes
 * its process along if it crashes: here nobody waits for it but those who asked.
 */
export class OnnxProcess {
  #call: OpenCall | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #end: Error | undefined;
  #isClosing = false;
  #hearEnd: () => void = () => undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly shown: string,
  ) {
    child.on('message', (message: FromOnnx) => this.#receive(message));
    child.once('error', (error) => this.#fail(`its process could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      this.#fail(`its process ended, ${signal ? `by ${signal}` : `exit code ${code}`}`),
    );
  }

  static async start({ shown, memoryMiB = Number.POSITIVE_INFINITY }: OnnxProcessOptions): Promise<OnnxProcess> {
    const { text, isCode } = await findProgram(join(__dirname, 'run-onnx.ts'));
    // What it prints goes to standard error, as standard output may be read by a program.
    const child = spawn(process.execPath, isCode ? ['-e', text] : [text], {
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
    });
    const started = new OnnxProcess(child, shown);
    started.#send({ bounds: { parent: process.pid, memoryMiB, shown } });
    return started;
  }

  /**
   * Asks; the one before must have been answered.
   * @param timeoutMs how long the answer may take, else the process is killed
   * @throws {OnnxError} if the file cannot be served
   * @throws {PredictError} if a row does not fit the file
   * @throws {OnnxProcessError} if the process ended
   * @throws {WholeBatchError} if it took too long
   */
  ask<Q extends OnnxQuestion>(
    question: Q,
    ask: OnnxQuestions[Q]['ask'],
    timeoutMs: number,
  ): Promise<OnnxQuestions[Q]['answer']> {
    if (this.#end) return Promise.reject(this.#end);
    if (this.#call) return Promise.reject(new Error(`${this.shown}: is asked before it has answered`));
    return new Promise((resolve, reject) => {
      this.#call = { resolve, reject };
      this.#alarm = setTimeout(() => this.#limit(timeoutMs), timeoutMs);
      this.#send({ question, ask } as ToOnnx);
    });
  }

  /** Hears once that it answers no more, before the open question fails. */
  onEnd(hear: () => void): void {
    if (this.#end) hear();
    else this.#hearEnd = hear;
  }

  /** Ends the process once it has answered. */
  close(): void {
    this.#isClosing = true;
    if (!this.#call) this.child.kill('SIGKILL');
  }

  #limit(timeoutMs: number): void {
    const late = this.#call;
    // An answer may have come while this process was busy itself.
    setImmediate(() => {
      if (!late || late !== this.#call) return;
      this.child.kill('SIGKILL');
      this.#endWith(new WholeBatchError(`${this.shown}: took longer than ${timeoutMs} ms`));
    });
  }

  #send(message: ToOnnx): void {
    // What could not be sent fails when the end of the process is heard of.
    this.child.send(message, () => undefined);
  }

  #receive(message: FromOnnx): void {
    const call = this.#settle();
    if ('failure' in message) call?.reject(errorOf(message.failure));
    else call?.resolve(message.answer as never);
    if (this.#isClosing) this.child.kill('SIGKILL');
  }

  #settle(): OpenCall | undefined {
    clearTimeout(this.#alarm);
    const call = this.#call;
    this.#call = undefined;
    return call;
  }

  #fail(how: string): void {
    this.#endWith(new OnnxProcessError(`${this.shown}: ${how}`));
  }

  #endWith(error: Error): void {
    if (this.#end) return;
    this.#end = error;
    this.#hearEnd();
    this.#settle()?.reject(error);
  }
}

function errorOf({ of, message, stack, code }: OnnxFailure): Error {
  const error =
    of === 'OnnxError'
      ? new OnnxError(message)
      : of === 'PredictError'
        ? new PredictError(message, code)
        : Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
