import {
  type ChoiceRule,
  checkDefinition,
  type Definition,
  type Failing,
  type FailState,
  type State,
  type TaskState,
} from './definition';
import { absent, type Json, valueAt, withValueAt } from './json-path';

/** An error as Step Functions knows it: by a name. */
export class StatesError extends Error {
  constructor(
    override readonly name: string,
    override readonly cause: string = '',
  ) {
    super(`${name}: ${cause}`);
  }
}

/** Time that passes when the machine waits. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  pass(seconds: number): Promise<void>;
}

/** What a task's resource does: its answer, or a StatesError. */
export type Work = (task: { readonly state: string; readonly resource: string; readonly input: Json }) => Promise<Json>;

export interface ExecutionOptions {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly clock: Clock;
  readonly work: Work;
}

export type Outcome = (
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string }
) & {
  /** How many events the execution's history has. */
  readonly events: number;
  /** The states that were entered, in order. */
  readonly path: readonly string[];
};

/** Errors that no Retry and no Catch of `States.ALL` is for. */
const terminal = ['States.Runtime', 'States.DataLimitExceeded'];

/** The most that a state may hand on. */
const longestData = 256 * 1024;

/**
 * Runs a state machine to its end: JSONPath; Pass, Task, Choice, Wait, Parallel, Succeed and Fail; Retry and Catch. Time
 * passes by the given clock alone.
 */
export async function execute(definition: Definition, options: ExecutionOptions): Promise<Outcome> {
  const run = new Run(options);
  try {
    const output = await run.states(checkDefinition(definition), options.input);
    return { status: 'SUCCEEDED', output, events: run.events + 2, path: run.path };
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    return { status: 'FAILED', error: error.name, cause: error.cause, events: run.events + 2, path: run.path };
  }
}

class Run {
  events = 0;
  readonly path: string[] = [];
  readonly #startedAt: string;
  #enteredAt = '';

  constructor(private readonly options: ExecutionOptions) {
    this.#startedAt = this.#time();
  }

  async states({ StartAt, States }: Definition, input: Json): Promise<Json> {
    let name: string | undefined = StartAt;
    let data = input;
    while (name !== undefined) {
      this.events += 1;
      this.path.push(name);
      [data, name] = await this.#state(name, States[name]!, data);
      if (JSON.stringify(data).length > longestData) throw new StatesError('States.DataLimitExceeded');
      this.events += 1;
    }
    return data;
  }

  async #state(name: string, state: State, input: Json): Promise<[output: Json, next: string | undefined]> {
    this.#enteredAt = this.#time();
    const taken = this.#take(state.InputPath ?? '$', input);
    const on = (output: Json): [Json, string | undefined] => [this.#take(state.OutputPath ?? '$', output), state.Next];
    switch (state.Type) {
      case 'Pass':
        return on(this.#answer(state, taken, state.Result ?? this.#given(name, state, taken)));
      case 'Wait':
        await this.options.clock.pass(state.Seconds);
        return on(taken);
      case 'Choice': {
        const next = state.Choices.find((rule) => this.#holds(rule, taken))?.Next ?? state.Default;
        if (next === undefined) throw new StatesError('States.NoChoiceMatched');
        return [taken, next];
      }
      case 'Succeed':
        return on(taken);
      case 'Fail':
        throw this.#failure(state, taken);
      case 'Task':
        return this.#tried(state, taken, () => this.#task(name, state, taken), on);
      case 'Parallel':
        this.events += 2;
        return this.#tried(state, taken, () => this.#branches(state.Branches, taken), on);
    }
  }

  async #branches(branches: readonly Definition[], input: Json): Promise<Json> {
    const results: Json[] = [];
    for (const branch of branches) results.push(await this.states(branch, input));
    return results;
  }

  async #task(name: string, state: TaskState, input: Json): Promise<Json> {
    this.events += 3;
    return this.options.work({ state: name, resource: state.Resource, input: this.#given(name, state, input) });
  }

  /** The work of a state, again as its Retry says, and on as its Catch says. */
  async #tried(
    state: Failing,
    input: Json,
    work: () => Promise<Json>,
    on: (output: Json) => [Json, string | undefined],
  ): Promise<[Json, string | undefined]> {
    const attempts = new Map<object, number>();
    for (;;) {
      try {
        return on(this.#answer(state, input, await work()));
      } catch (error) {
        if (!(error instanceof StatesError)) throw error;
        const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
        const attempt = retrier ? (attempts.get(retrier) ?? 0) : 0;
        if (retrier && attempt < (retrier.MaxAttempts ?? 3)) {
          attempts.set(retrier, attempt + 1);
          const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
          await this.options.clock.pass(Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds));
          continue;
        }
        const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
        if (!catcher) throw error;
        return [put(input, catcher.ResultPath, { Error: error.name, Cause: error.cause }), catcher.Next];
      }
    }
  }

  #answer(state: Failing, input: Json, result: Json): Json {
    const selected = state.ResultSelector === undefined ? result : this.#filled(state.ResultSelector, result);
    return put(input, state.ResultPath, selected);
  }

  #given(name: string, { Parameters }: Failing, input: Json): Json {
    return Parameters === undefined ? input : this.#filled(Parameters, input, name);
  }

  /** A payload template with its paths filled in: keys that end in `.$`. */
  #filled(template: Json, data: Json, state = ''): Json {
    if (Array.isArray(template)) return template.map((each) => this.#filled(each, data, state));
    if (typeof template !== 'object' || template === null) return template;
    return Object.fromEntries(
      Object.entries(template).map(([key, value]) =>
        key.endsWith('.$')
          ? [key.slice(0, -2), this.#take(String(value), data, state)]
          : [key, this.#filled(value, data, state)],
      ),
    );
  }

  #take(path: string, data: Json, state = ''): Json {
    const value = path.startsWith('$$') ? valueAt(this.#context(state), path.slice(1)) : valueAt(data, path);
    if (value !== absent) return value;
    throw new StatesError('States.Runtime', `there is nothing at ${path} of ${JSON.stringify(data)}`);
  }

  #context(state: string): Json {
    const { id, name, input } = this.options;
    return {
      Execution: { Id: id, Name: name, Input: input, StartTime: this.#startedAt },
      State: { Name: state, EnteredTime: this.#enteredAt },
    };
  }

  #holds({ Variable, StringEquals, IsPresent }: ChoiceRule, data: Json): boolean {
    const value = valueAt(data, Variable);
    if (IsPresent !== undefined) return (value !== absent) === IsPresent;
    if (value === absent) throw new StatesError('States.Runtime', `there is nothing at ${Variable}`);
    return value === StringEquals;
  }

  #failure({ Error: name, ErrorPath, Cause, CausePath }: FailState, data: Json): StatesError {
    const text = (path: string | undefined) => path && String(this.#take(path, data));
    return new StatesError(text(ErrorPath) ?? name ?? '', text(CausePath) ?? Cause ?? '');
  }

  #time(): string {
    return new Date(this.options.clock.now()).toISOString();
  }
}

const put = (input: Json, path: string | null | undefined, result: Json): Json =>
  path === null ? input : withValueAt(input, path ?? '$', result);

function matches(errors: readonly string[], name: string): boolean {
  if (errors.includes(name)) return true;
  if (terminal.includes(name)) return false;
  return errors.includes('States.ALL') || (errors.includes('States.TaskFailed') && name !== 'States.Timeout');
}
