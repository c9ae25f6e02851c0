import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SampleRow } from '../config/models/define-model';
import type { Row } from '../learning/model';
import { type Definition, define } from './definition';
import type {
  Abilities,
  Call,
  Failure,
  FromModel,
  ModelProcessSettings,
  Questions,
  StateBytes,
  ToModel,
} from './messages';
import { packData, unpackData } from './model-data';
import { decodeState, encodeState } from './state-bytes';
import { watchProcess } from './watch-process';

/*
 * The program of a process that runs one custom model. It answers one call after the other, so that the time which a
 * call takes is its own; calls whose answers are promises go on beside each other.
 */

/** Taken now, as the model's code may exchange them. */
const send = process.send?.bind(process) as (message: FromModel) => boolean;

class ModelRunner {
  #loaded: unknown;

  constructor(
    private readonly definition: Definition,
    private readonly features: readonly string[],
    private readonly shown: string,
  ) {}

  /** Answers once the model's code has run, or later where that gave a promise. */
  run(call: Call): void {
    try {
      const answer = this.#ask(call);
      if (answer instanceof Promise) {
        void withinTime(answer, call.timeoutMs)
          .then((value) => this.#answer(call, value))
          .catch((error) => this.#fail(call, error));
      } else {
        this.#answer(call, answer);
      }
    } catch (error) {
      this.#fail(call, error);
    }
  }

  #answer({ id }: Call, answer: unknown): void {
    send({ kind: 'answer', id, answer });
  }

  #fail({ id, question }: Call, error: unknown): void {
    send({ kind: 'failure', id, failure: failureOf(error, `${this.shown}: ${question}`) });
  }

  #ask(call: Call): unknown {
    switch (call.question) {
      case 'train':
        return this.#train(call.ask);
      case 'load':
        return this.#load(call.ask);
      case 'predict': {
        const { rows, states, params } = call.ask;
        const asked = this.definition.kind === 'user-item' ? withStates(this.#named(rows), states) : this.#named(rows);
        const answer = this.definition.predict(this.#loaded, asked as never, params);
        return isThenable(answer) ? Promise.resolve(answer) : answer;
      }
      case 'topK': {
        const { question, params } = call.ask;
        const { definition } = this;
        const asked = { ...question, state: stateOf(question.state) };
        const answer = definition.kind === 'user-item' && definition.topK?.(this.#loaded, asked, params);
        return isThenable(answer) ? Promise.resolve(answer) : answer;
      }
      case 'update':
        return this.#update(call.ask);
      case 'score': {
        const score = this.definition.score as ((outputs: unknown, targets: unknown) => number) | undefined;
        return score?.call(this.definition, call.ask.outputs, call.ask.targets);
      }
    }
  }

  async #train({ rows, ...training }: Questions['train']['ask']): Promise<Questions['train']['answer']> {
    const { definition } = this;
    const input = { ...training, rows: this.#named(rows) } as Parameters<typeof definition.train>[0];
    const trained: unknown = await definition.train(input as never);
    if (typeof trained !== 'object' || trained === null || !('data' in trained)) {
      throw new Error('must return an object with the data to keep: { data }');
    }
    const { data, metrics } = trained as { data: unknown; metrics?: Readonly<Record<string, number>> };
    return { data: packData(data), metrics: checkedMetrics(metrics) };
  }

  async #update({ state, ...learner }: Questions['update']['ask']): Promise<Uint8Array> {
    const { definition } = this;
    if (definition.kind !== 'user-item') throw new Error('its users do not learn');
    return encodeState(await definition.update?.(this.#loaded, { ...learner, state: stateOf(state) }));
  }

  async #load({ data, classes }: Questions['load']['ask']): Promise<undefined> {
    this.#loaded = await this.definition.load(unpackData(data), classes);
  }

  #named(rows: readonly Row[]): SampleRow[] {
    const { features } = this;
    return rows.map((row) => Object.fromEntries(features.map((name, i) => [name, row[i]])) as SampleRow);
  }
}

const stateOf = (bytes: StateBytes): unknown => bytes && decodeState(bytes);

/** Rows of one user share the state. */
function withStates(rows: readonly SampleRow[], states: readonly StateBytes[] = []): readonly object[] {
  const decoded = new Map<StateBytes, unknown>();
  return rows.map((row, i) => {
    const bytes = states[i];
    if (!decoded.has(bytes)) decoded.set(bytes, stateOf(bytes));
    return { ...row, state: decoded.get(bytes) };
  });
}

function failureOf(error: unknown, where: string): Failure {
  const { name, message, stack, code } = Object(error) as Partial<Error> & { code?: unknown };
  if (name === 'PredictError') return { message: String(message), stack, code: typeof code === 'number' ? code : -1 };
  return { message: `${where}: ${message ?? String(error)}`, stack, code: undefined };
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | undefined)?.then === 'function';

function checkedMetrics(metrics: unknown): Readonly<Record<string, number>> | undefined {
  if (metrics === undefined) return undefined;
  const values = Object.values(Object(metrics));
  if (values.every(Number.isFinite)) return metrics as Readonly<Record<string, number>>;
  throw new Error('metrics: must be finite numbers by name');
}

async function withinTime(answer: Promise<unknown>, timeoutMs: number | undefined): Promise<unknown> {
  if (timeoutMs === undefined) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const queue: Call[] = [];
let runner: ModelRunner | undefined;
let isRunning = false;

async function runQueue(): Promise<void> {
  if (isRunning || !runner) return;
  isRunning = true;
  for (let call = queue.shift(); call; call = queue.shift()) {
    runner.run(call);
    // Lets the answer out before the next call occupies the process.
    await nextTurn();
  }
  isRunning = false;
}

const abilitiesOf = (definition: Definition): Abilities => ({
  kind: definition.kind,
  scores: definition.score !== undefined,
  ranks: definition.kind === 'user-item' && definition.topK !== undefined,
  learns: definition.kind === 'user-item' && definition.update !== undefined,
});

function begin(settings: ModelProcessSettings): void {
  watchProcess(settings);
  const { code, path, shown, features, mode } = settings;
  try {
    const definition = define(code, path, shown, mode);
    runner = new ModelRunner(definition, features, shown);
    send({ kind: 'defined', as: abilitiesOf(definition) });
  } catch (error) {
    send({ kind: 'undefined', reason: (error as Error).message });
  }
}

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (message: ToModel) => {
  if ('settings' in message) begin(message.settings);
  else {
    queue.push(...message.calls);
    void runQueue();
  }
});
// Ctrl-C reaches every process of a terminal; whoever started this one decides when it ends.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined);
