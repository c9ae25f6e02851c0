import { isOwnCode, parameterNames } from './hyperparameters';
import { type LearnerConfig, learnerOf } from './learner';
import { type ParameterSet, parameterFaults } from './parameters';

/** A file of parameters that is not what it must be; its lines name the file and the place in it. */
export class VariantError extends Error {
  override readonly name = 'VariantError';
  readonly exitCode = 2;
  constructor(file: string, faults: readonly string[]) {
    super(faults.map((fault) => `${file}: ${fault}`).join('\n'));
  }
}

/** What PredictionIO's files say of the parts of an engine that models here do not have. */
const none = { name: '', params: {} } as const;

/**
 * The parameters of a model in the form of PredictionIO's `best.json`.
 * @param name of the model
 */
export function formatVariant(name: string, config: LearnerConfig, parameters: ParameterSet, createdAt: Date): string {
  const learner = learnerOf(config);
  const names = Object.keys(parameters);
  const order = isOwnCode(learner) ? names : parameterNames(learner).filter((name) => names.includes(name));
  const params = Object.fromEntries(order.map((parameter) => [parameter, parameters[parameter]]));
  const variant = {
    id: `${name} ${createdAt.toISOString()}`,
    description: '',
    engineFactory: name,
    datasource: none,
    preparator: none,
    algorithms: [{ name: config.algorithm, params }],
    serving: none,
  };
  return `${JSON.stringify(variant)}\n`;
}

/**
 * Reads the parameters of a model from what `formatVariant` wrote, or PredictionIO's `engine.json`.
 * @param file as errors show it
 * @throws {VariantError} naming each place that is not as it must be
 */
export function parseVariant(file: string, text: string, config: LearnerConfig): ParameterSet {
  const faulty = (fault: string) => new VariantError(file, [fault]);
  let variant: unknown;
  try {
    variant = readJson(text);
  } catch (error) {
    throw faulty(`is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(variant)) throw faulty('must be an object, as modelapp tune writes it');
  const { algorithms } = variant;
  if (!Array.isArray(algorithms) || algorithms.length !== 1)
    throw faulty('algorithms: must be a list of one algorithm');
  const [algorithm] = algorithms as unknown[];
  if (!isObject(algorithm)) throw faulty('algorithms[0]: must be an object with name and params');
  const { name, params = {} } = algorithm;
  if (name !== config.algorithm) {
    const found = name === undefined ? 'and is missing' : `not ${JSON.stringify(name)}`;
    throw faulty(`algorithms[0].name: must be '${config.algorithm}', the algorithm of the model, ${found}`);
  }
  if (!isObject(params)) throw faulty('algorithms[0].params: must be an object');
  const faults = parameterFaults('algorithms[0].params', learnerOf(config), params);
  if (faults.length > 0) throw new VariantError(file, faults);
  return params as ParameterSet;
}

/** The model that a file of parameters says it is of; undefined if it says none. */
export function engineOf(text: string): string | undefined {
  try {
    const { engineFactory } = Object(readJson(text)) as { readonly engineFactory?: unknown };
    return typeof engineFactory === 'string' ? engineFactory : undefined;
  } catch {
    // Whoever reads the parameters tells what is wrong.
    return undefined;
  }
}

/** Editors of Windows begin a file with a mark that is no part of JSON. */
const readJson = (text: string): unknown => JSON.parse(text.replace(/^\uFEFF/, ''));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
