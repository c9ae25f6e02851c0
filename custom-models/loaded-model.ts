import type { RankedItem } from '../config/models/define-model';
import type { ModelParams, Prediction, Row } from '../learning/model';
import { textsOf } from '../learning/model-arrays';
import { type ModelArray, type ModelFile, ModelFileError } from '../learning/model-file';
import type { Abilities, Questions, StateBytes } from './messages';
import type { PackedData } from './model-data';
import type { ModelProcess } from './model-process';

/** How long a model may take to load its data, in milliseconds. */
const loadTimeoutMs = 30_000;

/** What the state of one user may take, in bytes: those of all users are in the memory of each process. */
const largestState = 64 * 1024;

const arrayName = (i: number): string => `array${i}`;

/** The arrays of the model file of a custom model. */
export function arraysOf({ json, arrays }: PackedData): ModelFile['arrays'] {
  const named = new Map<string, ModelArray>([['data', { dtype: 'text', shape: [1], values: [json] }]]);
  for (const [i, values] of arrays.entries()) {
    named.set(arrayName(i), { dtype: 'float64', shape: [values.length], values });
  }
  return named;
}

/**
 * The data in the model file of a custom model.
 * @throws {ModelFileError} if it is not there
 */
export function dataIn({ arrays }: ModelFile): PackedData {
  const [json] = textsOf(arrays, 'data');
  if (json === undefined) throw new ModelFileError("array 'data' is empty");
  const numbers = Array.from({ length: arrays.size - 1 }, (_, i) => {
    const array = arrays.get(arrayName(i));
    if (array?.dtype !== 'float64')
      throw new ModelFileError(`the model file has no array '${arrayName(i)}' of numbers`);
    return array.values;
  });
  return { json, arrays: numbers };
}

/** The data of a custom model in a process that can predict with it. */
export class LoadedModel {
  private constructor(
    private readonly process: ModelProcess,
    private readonly classes: readonly string[],
    /** The path of the model's file, as errors show it. */
    readonly shown: string,
  ) {}

  /** Whether its code ranks items, and lets users learn. */
  get abilities(): Abilities {
    return this.process.abilities;
  }

  /**
   * @param process in which the model's code runs
   * @param classes none of a regression
   * @param shown the path of the model's file, as errors show it
   * @throws {ModelProcessError} if it ends, or takes too long to load the data
   */
  static async load(
    process: ModelProcess,
    data: PackedData,
    classes: readonly string[],
    shown: string,
  ): Promise<LoadedModel> {
    await process.ask('load', { data, classes }, loadTimeoutMs);
    return new LoadedModel(process, classes, shown);
  }

  /**
   * One prediction per row, in order.
   * @param states of the users of the rows; none of them has one if absent
   * @throws {PredictError | ModelProcessError | Error} as `ModelProcess.ask`, or if what came is no prediction
   */
  async predict(
    rows: readonly Row[],
    params: ModelParams,
    timeoutMs: number,
    states?: readonly StateBytes[],
  ): Promise<readonly Prediction[]> {
    const answers: unknown = await this.process.ask('predict', { rows, states, params }, timeoutMs);
    if (!Array.isArray(answers) || answers.length !== rows.length) {
      const count = Array.isArray(answers) ? answers.length : 'no list of';
      throw this.#fault(`answered ${count} predictions for ${rows.length} rows`);
    }
    return answers.map((answer) => this.#checked(answer));
  }

  /**
   * The best items, best first.
   * @throws {PredictError | ModelProcessError | Error} as `ModelProcess.ask`, or if what came is no ranking
   */
  async topK(question: TopK, params: ModelParams, timeoutMs: number): Promise<readonly RankedItem[]> {
    const ranked: unknown = await this.process.ask('topK', { question, params }, timeoutMs);
    const fault = rankingFault(ranked, question);
    if (fault !== undefined) throw new Error(`${this.shown}: topK: answered ${fault}`);
    return ranked as readonly RankedItem[];
  }

  /**
   * The state of a user, made anew of what was observed.
   * @throws {PredictError | ModelProcessError | Error} as `ModelProcess.ask`, or if what came is too large
   */
  async update(learner: Questions['update']['ask'], timeoutMs: number): Promise<Uint8Array> {
    const state = await this.process.ask('update', learner, timeoutMs);
    if (state.length <= largestState) return state;
    throw new Error(`${this.shown}: update: state takes ${state.length} bytes, more than ${largestState}`);
  }

  #checked(answer: unknown): Prediction {
    const { output, probabilities } = (typeof answer === 'object' && answer ? answer : { output: answer }) as {
      output: unknown;
      probabilities?: ArrayLike<unknown>;
    };
    if (this.process.abilities.kind !== 'classifier') {
      if (typeof output === 'number') return { output };
      throw this.#fault(`answered ${show(output)}, which is no number`);
    }
    if (typeof output !== 'string' || !this.classes.includes(output)) {
      throw this.#fault(`answered ${show(output)}, which is none of the classes ${this.classes.join(', ')}`);
    }
    if (probabilities === undefined) return { output };
    const numbers = Array.from(probabilities);
    if (numbers.length === this.classes.length && numbers.every((number) => typeof number === 'number')) {
      return { output, probabilities: numbers };
    }
    throw this.#fault(`answered ${show(numbers)} as the probabilities of ${this.classes.length} classes`);
  }

  #fault(what: string): Error {
    return new Error(`${this.shown}: predict: ${what}`);
  }
}

type TopK = Questions['topK']['ask']['question'];

function rankingFault(ranked: unknown, { k, candidates }: TopK): string | undefined {
  if (!Array.isArray(ranked)) return `${show(ranked)}, which is no list of items`;
  if (ranked.length > k) return `${ranked.length} items, more than ${k}`;
  const wanted = candidates && new Set(candidates);
  const seen = new Set<unknown>();
  for (const [i, one] of ranked.entries()) {
    const { item, score } = Object(one) as Partial<RankedItem>;
    if (typeof item !== 'string' || typeof score !== 'number') return `${show(one)} in place ${i}, not { item, score }`;
    if (seen.has(item)) return `the item ${show(item)} twice`;
    if (wanted && !wanted.has(item)) return `the item ${show(item)}, which is no candidate`;
    seen.add(item);
  }
  return undefined;
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
