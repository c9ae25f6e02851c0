import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../config/file/built-program';
import type { CustomConfig } from '../config/schema';
import { PredictError } from '../learning/model';
import { DefinitionError } from './definition';
import type { Abilities, Call, FromModel, ModelProcessSettings, Question, Questions, ToModel } from './messages';
import type { ModelCode } from './model-code';

/** The process of a custom model did not answer: it ended, or was killed because it took too long. */
export class ModelProcessError extends Error {
  override readonly name = 'ModelProcessError';
}

export interface ModelProcessOptions {
  readonly code: ModelCode;
  /** Names of the features, in the order of the rows. */
  readonly features: readonly string[];
  /** Of its configuration. */
  readonly mode: CustomConfig['mode'];
  /**
   * Memory that it may take, in MiB.
   * @default what there is
   */
  readonly memoryMiB?: number;
}

/** How long the code of a model may take to be there, in milliseconds. */
const startTimeoutMs = 30_000;

/** What a process of its own may be late with its word that a call took too long, in milliseconds. */
const graceMs = 250;

interface OpenCall {
  readonly timeoutMs: number | undefined;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process that runs the code of a custom model, which may throw, exit, loop for ever or use up its memory there: then
 * the open calls fail, and the process is gone. Whoever needs it again starts another.
 */
export class ModelProcess {
  readonly #open = new Map<number, OpenCall>();
  #waiting: Call[] = [];
  #calls = 0;
  #alarm: NodeJS.Timeout | undefined;
  #messages = 0;
  #killedFor: string | undefined;
  #end: ModelProcessError | undefined;
  #isClosing = false;

  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly shown: string,
    /** What the model answers, and what it can do. */
    readonly abilities: Abilities,
  ) {
    child.on('message', (message: FromModel) => this.#receive(message));
    // What could not be sent fails when the end of the process is heard of.
    child.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#endedWith(code, signal);
        resolve();
      });
    });
  }

  /**
   * Starts a process and runs the model's code in it.
   * @throws {DefinitionError} if the code is not that of a model
   * @throws {ModelProcessError} if it ends or loops
   */
  static async start({ code, features, mode, memoryMiB }: ModelProcessOptions): Promise<ModelProcess> {
    const child = await startChild(memoryMiB);
    const { shown } = code;
    const settings: ModelProcessSettings = {
      ...code,
      features,
      mode,
      memoryMiB: memoryMiB ?? Number.POSITIVE_INFINITY,
      parent: process.pid,
    };
    child.send({ settings } satisfies ToModel);
    const abilities = await new Promise<Abilities>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new ModelProcessError(`${shown}: its code was not loaded within ${startTimeoutMs / 1000} s`));
      }, startTimeoutMs);
      child.once('error', reject);
      child.once('exit', (exitCode, signal) => reject(new ModelProcessError(`${shown}: ${endOf(exitCode, signal)}`)));
      child.once('message', (message: FromModel) => {
        clearTimeout(timer);
        if (message.kind === 'defined') resolve(message.as);
        else if (message.kind === 'undefined') reject(new DefinitionError(message.reason));
      });
    }).catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
    return new ModelProcess(child, shown, abilities);
  }

  /**
   * Asks the model. What is asked during one turn of the event loop goes out as one message.
   * @param timeoutMs how long the model's code may take; for ever if absent
   * @throws {PredictError} if the model threw one
   * @throws {ModelProcessError} if the process ended, or was killed because the code took too long
   * @throws {Error} what else the model's code threw
   */
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask'], timeoutMs?: number): Promise<Questions[Q]['answer']> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#calls++;
    if (this.#waiting.length === 0) setImmediate(() => this.#sendWaiting());
    this.#waiting.push({ id, question, ask, timeoutMs } as Call);
    return new Promise((resolve, reject) => this.#open.set(id, { timeoutMs, resolve, reject }));
  }

  /** Ends the process once all calls are answered; resolves when it is gone. */
  close(): Promise<void> {
    this.#isClosing = true;
    if (this.#open.size === 0) this.kill('closed');
    return this.ended;
  }

  /** Ends the process now; calls that are open fail. */
  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.child.kill('SIGKILL');
  }

  #sendWaiting(): void {
    const calls = this.#waiting;
    this.#waiting = [];
    // Without a process the calls have failed, or fail when its end is heard of.
    if (!this.child.connected) return;
    try {
      this.child.send({ calls } satisfies ToModel);
      this.#watch();
    } catch (error) {
      for (const { id } of calls) this.#settle(id)?.reject(error as Error);
    }
  }

  #receive(message: FromModel): void {
    this.#messages += 1;
    if (message.kind === 'answer') this.#settle(message.id)?.resolve(message.answer as never);
    if (message.kind === 'failure') this.#settle(message.id)?.reject(errorOf(message.failure));
    this.#watch();
    if (this.#isClosing && this.#open.size === 0) this.kill('closed');
  }

  #settle(id: number): OpenCall | undefined {
    const call = this.#open.get(id);
    this.#open.delete(id);
    return call;
  }

  /** The process answers one call after the other, so each answer begins the time of the next. */
  #watch(): void {
    clearTimeout(this.#alarm);
    const [oldest] = this.#open.values();
    const limit = oldest?.timeoutMs;
    if (limit === undefined) return;
    const heard = this.#messages;
    this.#alarm = setTimeout(() => {
      // An answer may have come while this process was busy itself.
      setImmediate(() => {
        if (this.#messages === heard) this.kill(`took longer than ${limit} ms`);
      });
    }, limit + graceMs);
  }

  #endedWith(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#alarm);
    this.#end = new ModelProcessError(`${this.shown}: ${this.#killedFor ?? endOf(code, signal)}`);
    for (const id of [...this.#open.keys()]) this.#settle(id)?.reject(this.#end);
  }
}

const endOf = (code: number | null, signal: NodeJS.Signals | null): string =>
  `its process ended, ${signal === null ? `exit code ${code}` : `by ${signal}`}`;

function errorOf({ message, stack, code }: Extract<FromModel, { kind: 'failure' }>['failure']): Error {
  const error = code === undefined ? new Error(message) : new PredictError(message, code);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What it prints goes to standard error, as standard output may be read by a program. */
async function startChild(memoryMiB: number | undefined): Promise<ChildProcess> {
  const { text, isCode } = await findProgram(join(__dirname, 'run-model.ts'));
  const heap = memoryMiB === undefined ? [] : [`--max-old-space-size=${memoryMiB}`];
  return spawn(process.execPath, [...heap, ...(isCode ? ['-e', text] : [text])], {
    stdio: ['ignore', 2, 2, 'ipc'],
    serialization: 'advanced',
  });
}
