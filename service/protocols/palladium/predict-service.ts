import type { Config, PredictServiceConfig } from '../../../config/schema';
import type { Feature, ModelParams, Prediction, Row, ScalarType, ScalarValue } from '../../../learning/model';
import { badRequest, type HttpError } from '../../http/errors';
import type { ServedModel } from '../../models/served-models';
import type { AnswerRequest } from '../../predictions/predictor';
import {
  type Conversion,
  convertField,
  FieldError,
  fromJson,
  fromText,
  isObject,
  MissingFieldError,
  rowFromObject,
  rowFromTexts,
} from '../request/feature-values';
import { modelNameOf } from '../request/model-choice';
import { orNull } from '../request/output-values';
import { mappedFeatures } from './mapping';

/** The query parameters of a request; one that is repeated has all its values. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** What a service asks the predictor. */
export type Question = Pick<AnswerRequest, 'rows' | 'params' | 'output'>;

/** How one predict service reads requests and writes results, over HTTP and over streams. */
export class PredictService {
  readonly model: string;
  readonly features: readonly Feature[];
  readonly params: PredictServiceConfig['params'];
  readonly #config: PredictServiceConfig;

  /**
   * @param index of the service in the configuration
   * @throws {ConfigError} if its mapping does not suit its model
   */
  constructor(config: Config, service: PredictServiceConfig, index: number) {
    this.model = modelNameOf(config, service);
    const model = config.models[this.model] as Config['models'][string];
    this.features = mappedFeatures(service, this.model, model, `palladium.services[${index}]`);
    this.params = service.params;
    this.#config = service;
  }

  /** @throws {HttpError} 400 */
  fromQuery(query: Query, model: ServedModel): Question {
    const texts = firstValues(query);
    return this.#question([this.#rowFromTexts(texts)], this.#paramsFrom(fromText, texts, model));
  }

  /**
   * @param body a list of objects; they have the features, the query has the params
   * @throws {HttpError} 400
   */
  fromBody(body: unknown, query: Query, model: ServedModel): Question {
    if (body === undefined) throw badRequest('the request body is empty; send JSON');
    return this.#question(this.#rows(body), this.#paramsFrom(fromText, firstValues(query), model));
  }

  /**
   * @param samples a list of objects; the first has the params too
   * @throws {HttpError} 400
   */
  fromSamples(samples: unknown, model: ServedModel): Question {
    const rows = this.#rows(samples);
    const [first] = samples as readonly Readonly<Record<string, unknown>>[];
    return this.#question(rows, this.#paramsFrom(fromJson, first ?? {}, model));
  }

  /** What is answered for one sample: the label or number, or the list of its class probabilities. */
  readonly result = ({ output, probabilities }: Prediction): unknown => {
    if (!this.#config.predictProba) return orNull(output);
    if (!probabilities) throw new Error(`the model '${this.model}' has no class probabilities`);
    return Array.from(probabilities, orNull);
  };

  /** Our models take rows, so that `unwrapSample` has nothing to unwrap: the one value is a row of its own. */
  #question(rows: readonly Row[], params: ModelParams | undefined): Question {
    return { rows, params, output: this.result };
  }

  #rowFromTexts(texts: Readonly<Record<string, string>>): Row {
    try {
      return rowFromTexts(this.features, texts, this.#config);
    } catch (error) {
      throw asBadRequest(error);
    }
  }

  #rows(samples: unknown): Row[] {
    if (!Array.isArray(samples) || samples.length === 0) {
      throw badRequest('the body must be a list of at least one object', 'body');
    }
    return samples.map((sample, i) => {
      if (!isObject(sample)) throw badRequest(`[${i}]: must be an object`, `[${i}]`);
      try {
        return rowFromObject(this.features, sample, this.#config);
      } catch (error) {
        if (error instanceof FieldError) throw badRequest(`[${i}].${error.message}`, `[${i}].${error.field}`);
        throw error;
      }
    });
  }

  /** The declared params: the request's, else the model's own, else none. */
  #paramsFrom<Raw>(
    convert: Conversion<Raw>,
    given: Readonly<Record<string, Raw>>,
    { active }: ServedModel,
  ): ModelParams | undefined {
    if (this.params.length === 0) return undefined;
    const params: Record<string, ScalarValue> = {};
    const own = active?.model.params ?? {};
    for (const { name, type } of this.params) {
      if (Object.hasOwn(given, name)) params[name] = this.#param(convert, type, name, given[name] as Raw);
      else if (Object.hasOwn(own, name)) params[name] = own[name] as ScalarValue;
    }
    return params;
  }

  #param<Raw>(convert: Conversion<Raw>, type: ScalarType, name: string, raw: Raw): ScalarValue {
    try {
      return convertField(convert, type, name, raw, this.#config);
    } catch (error) {
      throw asBadRequest(error);
    }
  }
}

/** The service that a stream of samples for a model speaks to: the first configured one of that model, else a plain one. */
export function serviceOf(config: Config, model: string): PredictService {
  const index = config.palladium.services.findIndex((service) => modelNameOf(config, service) === model);
  const plain = { entryPoint: '/predict', model, params: [], predictProba: false, unwrapSample: false };
  return new PredictService(config, config.palladium.services[index] ?? { ...plain, allowNonFinite: false }, index);
}

/** A missing query parameter is told in the words of Palladium, a tuple of Python's. */
function asBadRequest(error: unknown): HttpError | unknown {
  if (error instanceof MissingFieldError) return badRequest(`('${error.field}',)`, error.field);
  return error instanceof FieldError ? badRequest(error.message, error.field) : error;
}

function firstValues(query: Query): Readonly<Record<string, string>> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) first[name] = typeof value === 'string' ? value : (value[0] ?? '');
  return first;
}
