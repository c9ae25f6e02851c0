import { type ModelParams, PredictError, type Prediction, type Row, SampleError } from '../../learning/model';
import { badRequest, HttpError, unavailable } from '../http/errors';
import type { Metrics, PredictionMetrics } from '../metrics/metrics';
import type { ServedModel, ServedRevision } from '../models/served-models';
import { featuresJson } from './features-json';
import { maxKeyLength, type PredictionLog, type Protocol, type Sample, SpoolUnavailableError } from './log';
import { newPredictionId } from './prediction-id';

/** What every request says, whatever its answer is. */
interface Request {
  readonly model: ServedModel;
  /** @default the active revision */
  readonly revision?: ServedRevision;
  readonly protocol: Protocol;
  /** When the request was parsed, in milliseconds of `performance.now()`. */
  readonly parsedAt: number;
  /** The client's id of the request. @default the prediction id */
  readonly id?: string;
  /** The client's time of the request, in milliseconds since 1970, perhaps with a fraction. @default the arrival */
  readonly requestTime?: number;
  /** @default a new one */
  readonly predictionId?: string;
  /** The unit of an experiment: `user:ada`. */
  readonly unit?: string;
  /** Whether the router, and not the client, chose the version. @default true */
  readonly assigned?: boolean;
}

/** One request for predictions, converted and checked. */
export interface AnswerRequest extends Request {
  readonly rows: readonly Row[];
  /** @default those of the revision */
  readonly params?: ModelParams;
  /** What is logged as the output of a sample. @default the label or number */
  readonly output?: (prediction: Prediction) => unknown;
}

/** One request whose answer is not a prediction per row, such as a ranking. */
export interface QueryRequest<T> extends Request {
  /** What is logged as the features: the query, as JSON text. */
  readonly features: string;
  /** Makes the answer, which is logged as the output. */
  readonly answer: (served: ServedRevision) => T | Promise<T>;
}

/** What was answered; recorded before anybody sees it. */
export interface Answered {
  readonly predictionId: string;
  readonly revision: number;
  /** One per row, in order. */
  readonly predictions: readonly Prediction[];
}

/** The answer to a query; recorded before anybody sees it. */
export interface AnsweredQuery<T> {
  readonly predictionId: string;
  readonly revision: number;
  readonly answer: T;
}

/** An answer, and what is logged of it. */
interface Made<T> {
  readonly answer: T;
  readonly samples: readonly Sample[];
}

/** Predicts, counts and records: the one path that the answers of all protocols take. */
export class Predictor {
  constructor(
    private readonly log: PredictionLog,
    private readonly metrics: Metrics,
    /** Samples that one request may hold: they are predicted in one go and reach the tables as one. */
    private readonly maxSamples: number,
  ) {}

  /** Whether predictions can be recorded now, without which none is answered. */
  get logState(): PredictionLog['state'] {
    return this.log.state;
  }

  /**
   * Answers once the prediction stands in the spool.
   * @throws {HttpError} 413 for too many samples, 400 for one that the model cannot take, 503 without a loaded model or with a spool that takes nothing, 500 if the model fails
   */
  async answer(request: AnswerRequest): Promise<Answered> {
    const { rows } = request;
    if (rows.length > this.maxSamples) {
      throw new HttpError(413, `at most ${this.maxSamples} samples fit in a request, not ${rows.length}; send several`);
    }
    const made = (served: ServedRevision, counts: PredictionMetrics, predictions: readonly Prediction[]) => ({
      answer: onePerRow(rows, predictions),
      samples: predictions.map((prediction, i) => {
        if (!isFiniteOutput(prediction)) counts.nonFinite();
        return {
          features: featuresJson(served.model, rows[i] as Row, request.params),
          output: outputText(request.output ? request.output(prediction) : prediction.output),
        };
      }),
    });
    const { answer, ...answered } = await this.#record(request, (served, counts) => {
      const { params = served.model.params } = request;
      const predicted = served.model.predict(rows, params);
      return predicted instanceof Promise
        ? predicted.then((predictions) => made(served, counts, predictions))
        : made(served, counts, predicted);
    });
    return { ...answered, predictions: answer };
  }

  /**
   * Answers a query once it stands in the spool with its answer, as one row.
   * @throws {HttpError} 400 if the model cannot take it, 503 without a loaded model or with a spool that takes nothing, 500 if the model fails
   */
  answerQuery<T>(request: QueryRequest<T>): Promise<AnsweredQuery<T>> {
    const { features } = request;
    const made = (answer: T) => ({ answer, samples: [{ features, output: outputText(answer) }] });
    return this.#record(request, (served) => {
      const answer = request.answer(served);
      return answer instanceof Promise ? answer.then(made) : made(answer);
    });
  }

  async #record<T>(
    request: Request,
    make: (served: ServedRevision, counts: PredictionMetrics) => Made<T> | Promise<Made<T>>,
  ): Promise<AnsweredQuery<T>> {
    const { model, protocol } = request;
    const served = request.revision ?? model.active;
    if (!served) throw unavailable(`the model '${model.name}' has no loaded revision yet`);
    const { revision } = served;
    const counts = this.metrics.forPrediction({ model: model.name, revision, protocol });
    checkLength('id', request.id);
    checkLength('user', request.unit);
    try {
      if (this.log.state !== 'ok') throw spoolUnavailable(this.log.state);
      const making = make(served, counts);
      const { answer, samples } = making instanceof Promise ? await making : making;
      const predictionId = request.predictionId ?? newPredictionId();
      const latencyMs = inMicroseconds(performance.now() - request.parsedAt);
      const finishedAt = Date.now();
      await this.log.append({
        predictionId,
        model: model.name,
        revision,
        protocol,
        id: request.id,
        requestTime: request.requestTime,
        unit: request.unit,
        assigned: request.assigned ?? true,
        arrivedAt: finishedAt - latencyMs,
        finishedAt,
        latencyMs,
        samples,
      });
      counts.answered((performance.now() - request.parsedAt) / 1000);
      return { predictionId, revision, answer };
    } catch (error) {
      counts.failed();
      throw asAnswerError(error, request);
    }
  }
}

/** Milliseconds without the digits that no clock has and every row would keep. */
const inMicroseconds = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

/** What is stored under an index has a limit. */
function checkLength(field: string, value: string | undefined): void {
  if (value !== undefined && value.length > maxKeyLength) {
    throw badRequest(`${field}: is longer than ${maxKeyLength} characters`, field);
  }
}

function onePerRow(rows: readonly Row[], predictions: readonly Prediction[]): readonly Prediction[] {
  if (predictions.length !== rows.length) {
    throw new Error(`the model answered ${predictions.length} predictions for ${rows.length} samples`);
  }
  return predictions;
}

function isFiniteOutput({ output, probabilities }: Prediction): boolean {
  if (typeof output === 'number' && !Number.isFinite(output)) return false;
  if (probabilities) {
    for (let i = 0; i < probabilities.length; i += 1) if (!Number.isFinite(probabilities[i])) return false;
  }
  return true;
}

/** A string as is, anything else as compact JSON. */
const outputText = (output: unknown): string => (typeof output === 'string' ? output : JSON.stringify(output));

const spoolUnavailable = (reason: 'full' | 'unwritable'): HttpError =>
  unavailable(
    reason === 'full'
      ? 'the prediction log is full until the database takes its rows'
      : 'the prediction log cannot be written',
    5,
  );

function asAnswerError(error: unknown, request: Request | AnswerRequest): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof SampleError) {
    const isOneOfSeveral = 'rows' in request && request.rows.length > 1;
    const field = isOneOfSeveral ? `[${error.row}].${error.feature}` : error.feature;
    return badRequest(`${field}: ${error.reason}`, field);
  }
  if (error instanceof SpoolUnavailableError) return spoolUnavailable(error.reason);
  if (error instanceof PredictError) return new HttpError(500, error.message, { code: error.code });
  const failed = new HttpError(500, 'the model failed');
  failed.cause = error;
  return failed;
}
