import { Compile } from 'typebox/compile';
import { Clone, Default } from 'typebox/value';
import { cronFaults } from './cron';
import { readablePath } from './file/readable-path';
import { algorithmFaults, completeModel } from './models/algorithm-rules';
import { isCustomAlgorithm } from './models/algorithms/custom';
import { dataSourceFaults, learnsFromObservations } from './models/data-source';
import { learnsFromInteractions } from './models/model';
import { pioFaults } from './pio';
import {
  type Config,
  type ConfigInput,
  ConfigSchema,
  type ModelConfig,
  modelNamePattern,
  type OnnxConfig,
  type PredictServiceConfig,
  type SparseLinearConfig,
} from './schema';
import { scheduleFaults, trainingFaults } from './training/training';

/** A configuration that cannot be used; `faults` holds one line for each thing to mend. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const validator = Compile(ConfigSchema);

type SchemaError = ReturnType<typeof validator.Errors>[number];

function describe(error: SchemaError, input: unknown): string {
  const path = readablePath(error.instancePath);
  const at = (key: string) => (path ? `${path}.${key}` : key);
  if (error.keyword === 'required') {
    const { requiredProperties } = error.params as { requiredProperties: string[] };
    return requiredProperties.map((key) => `${at(key)}: is required`).join('\n');
  }
  if (error.keyword === 'boolean') return `${path}: is not an option here; see docs/configuration.md`;
  if (valueAt(input, error) === undefined) return `${path}: is required`;
  if (error.keyword === 'enum') {
    const { allowedValues } = error.params as { allowedValues: unknown[] };
    return `${path}: must be one of ${allowedValues.map((value) => `'${value}'`).join(', ')}, not ${show(input, error)}`;
  }
  return `${path || 'the configuration'}: ${error.message}, not ${show(input, error)}`;
}

function valueAt(input: unknown, { instancePath }: SchemaError): unknown {
  return instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], input);
}

function show(input: unknown, error: SchemaError): string {
  const value = valueAt(input, error);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Errors of one place are told once: a choice between shapes reports each shape that does not fit. */
function schemaFaults(input: unknown): string[] {
  const byPath = new Map<string, string>();
  for (const error of validator.Errors(input)) {
    if (error.keyword === 'additionalProperties' || isOwnHyperparameter(error, input)) continue;
    if (!byPath.has(error.instancePath) || error.keyword === 'enum')
      byPath.set(error.instancePath, describe(error, input));
  }
  return [...byPath.values(), ...nameFaults(input)];
}

/** A module of the user's takes whatever hyperparameters it likes. */
function isOwnHyperparameter({ instancePath }: SchemaError, input: unknown): boolean {
  const [, name = ''] = /^\/models\/([^/]+)\/hyperparameters\//.exec(instancePath) ?? [];
  const { models } = (input ?? {}) as { models?: Record<string, { algorithm?: unknown } | undefined> };
  return isCustomAlgorithm(models?.[name]?.algorithm);
}

/** The schema lets keys pass that its pattern does not match. */
function nameFaults(input: unknown): string[] {
  const { models } = (input ?? {}) as { models?: unknown };
  return Object.keys(Object(models))
    .filter((name) => !new RegExp(modelNamePattern).test(name))
    .map((name) => `models.${name}: is not a model name; write a letter, then up to 30 of A-Z a-z 0-9 _ -`);
}

function modelFaults(name: string, model: ModelConfig, given: Readonly<Record<string, unknown>>): string[] {
  const faults = [...algorithmFaults(`models.${name}`, model, given), ...cronFaults(`models.${name}`, model)];
  // What is absent is told; the rest can be checked only where all is there.
  if (faults.length > 0) return faults;
  const seen = new Map<string, string>();
  const { mapping = [] } = model as Partial<ModelConfig>;
  mapping.forEach((entry, index) => {
    const path = `models.${name}.mapping[${index}]`;
    const names: [string, string][] = [
      [entry.name, `${path}.name`],
      ...entry.aliases.map((alias, n): [string, string] => [alias, `${path}.aliases[${n}]`]),
    ];
    for (const [text, where] of names) {
      const first = seen.get(text);
      if (first) faults.push(`${where}: '${text}' is already the name at ${first}`);
      else seen.set(text, where);
    }
  });
  return 'source' in model ? [...sourceFaults(name, model as ScoredConfig, seen), ...faults] : faults;
}

/** A model with rows of data and a column that is predicted. */
type ScoredConfig = Exclude<ModelConfig, SparseLinearConfig | OnnxConfig> | Required<OnnxConfig>;

/** @param names of the features and their aliases, with the place of each */
function sourceFaults(name: string, model: ScoredConfig, names: ReadonlyMap<string, string>): string[] {
  const { algorithm } = model;
  const faults = dataSourceFaults(`models.${name}.source`, model.source);
  const ofUsers = learnsFromInteractions(model);
  const orMode = isCustomAlgorithm(algorithm) ? ", or write mode: 'user-item'" : '';
  if ('interactions' in model.source && !ofUsers) {
    faults.push(
      `models.${name}.source.interactions: ${algorithm} learns from rows; give an entityType instead${orMode}`,
    );
  }
  if ('observations' in model.source && !ofUsers) {
    faults.push(`models.${name}.source.observations: go with als, not with ${algorithm}${orMode}`);
  }
  if ('entityType' in model.source && ofUsers) {
    faults.push(`models.${name}.source.entityType: ${algorithm} learns from what users did; give interactions instead`);
  }
  const target = model.target === undefined ? undefined : names.get(model.target);
  if (target) faults.push(`models.${name}.target: '${model.target}' is also a feature (${target})`);
  const testFraction = 'evaluation' in model ? model.evaluation.testFraction : undefined;
  if (testFraction === 0 || (testFraction === undefined && learnsFromObservations(model))) {
    if (model.minScore !== undefined)
      faults.push(`models.${name}.minScore: needs test data: set models.${name}.evaluation.testFraction above 0`);
    if (model.betterThanActive)
      faults.push(
        `models.${name}.betterThanActive: needs test data: set models.${name}.evaluation.testFraction above 0`,
      );
  }
  return faults;
}

/** View names are lower case with `_` for other characters, so two models may meet in one name. */
function viewNameFaults(names: readonly string[]): string[] {
  const owners = new Map<string, string>();
  return names.flatMap((name) => {
    const view = name.toLowerCase().replace(/[^a-z0-9_]/g, '_');
    const owner = owners.get(view);
    owners.set(view, name);
    return owner ? [`models.${name}: its database views clash with those of models.${owner}; rename one`] : [];
  });
}

function serviceFaults(config: Config, service: PredictServiceConfig, index: number): string[] {
  const path = `palladium.services[${index}]`;
  const faults: string[] = [];
  if (service.model && !config.models[service.model])
    faults.push(`${path}.model: there is no model '${service.model}'`);
  if (config.palladium.services.findIndex((other) => other.entryPoint === service.entryPoint) < index)
    faults.push(`${path}.entryPoint: '${service.entryPoint}' is taken by another service`);
  const model = config.models[service.model ?? ''] ?? Object.values(config.models)[0];
  const mapping = service.mapping ?? model?.mapping ?? [];
  if (service.unwrapSample && mapping.length !== 1)
    faults.push(`${path}.unwrapSample: needs a mapping of one entry, this one has ${mapping.length}`);
  return faults;
}

function consistencyFaults(config: Config, input: ConfigInput): string[] {
  const names = Object.keys(config.models);
  const { http, events, capacity } = config;
  const faults = names.flatMap((name) =>
    modelFaults(name, config.models[name] as ModelConfig, { ...input.models[name] }),
  );
  if (names.length === 0) faults.push('models: name at least one model');
  faults.push(...viewNameFaults(names));
  for (const protocol of ['mlAws', 'invocations'] as const) {
    const { model } = config[protocol];
    if (model && !config.models[model]) faults.push(`${protocol}.model: there is no model '${model}'`);
  }
  faults.push(...pioFaults(config.pio, config.models));
  faults.push(...config.palladium.services.flatMap((service, index) => serviceFaults(config, service, index)));
  if (http.keepAliveTimeoutMs <= 60_000)
    faults.push("http.keepAliveTimeoutMs: must be above 60000, the load balancer's idle timeout");
  if (http.headersTimeoutMs <= http.keepAliveTimeoutMs)
    faults.push(`http.headersTimeoutMs: must be above http.keepAliveTimeoutMs (${http.keepAliveTimeoutMs})`);
  if (events.queueLimit < events.batchLimit)
    faults.push(`events.queueLimit: must be at least events.batchLimit (${events.batchLimit})`);
  if (capacity.maxInstances < capacity.minInstances)
    faults.push(`capacity.maxInstances: must be at least capacity.minInstances (${capacity.minInstances})`);
  if (capacity.maxTasks < capacity.minTasks)
    faults.push(`capacity.maxTasks: must be at least capacity.minTasks (${capacity.minTasks})`);
  faults.push(...trainingFaults(config.training), ...scheduleFaults(config.schedules, Object.keys(config.models)));
  return faults;
}

/**
 * Checks what a user wrote and fills in the defaults.
 * @throws {ConfigError} with one line per fault, each naming its path: `models.iris.mapping[2].type: …`
 */
export function resolveConfig(input: unknown): Config {
  const config = Default(ConfigSchema, Clone(input));
  const faults = schemaFaults(config);
  if (faults.length > 0) throw new ConfigError(faults);
  const resolved = config as Config;
  const inconsistent = consistencyFaults(resolved, input as ConfigInput);
  if (inconsistent.length > 0) throw new ConfigError(inconsistent);
  for (const model of Object.values(resolved.models)) completeModel(model);
  return resolved;
}
