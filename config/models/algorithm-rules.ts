import type { Static } from 'typebox';
import { isTextModel } from './algorithms/classifier';
import { isCustomAlgorithm, isCustomUserItem } from './algorithms/custom';
import { learnsFromObservations } from './data-source';
import { hyperparameterFaults, withDefaults } from './hyperparameters';
import { hasLearner, learnerOf, modeOf } from './learner';
import type { featureTypes } from './mapping';
import type { ModelConfig, ModelProperties } from './model';
import { tuneFaults } from './tuning';

const needed = {
  softmax: ['source', 'target', 'mapping'],
  naive: ['source', 'target', 'mapping'],
  text: ['source', 'target'],
  als: ['source'],
  'sparse-linear': ['conf', 'mapping'],
  custom: ['source', 'target', 'mapping'],
  'custom user-item': ['source'],
  onnx: ['file', 'mapping'],
} as const;

const ofOnnx = ['file', 'classes', 'outputs', 'threads', 'batching'] as const;

const foreign = {
  softmax: ['conf', 'mode', 'onlineUpdateDelayInMillis', 'process', ...ofOnnx],
  naive: ['conf', 'mode', 'onlineUpdateDelayInMillis', 'process', ...ofOnnx],
  text: ['conf', 'process', ...ofOnnx],
  als: ['conf', 'process', ...ofOnnx],
  'sparse-linear': ['source', 'target', 'mode', 'onlineUpdateDelayInMillis', 'evaluation', 'process', ...ofOnnx],
  custom: ['conf', 'mode', 'onlineUpdateDelayInMillis', ...ofOnnx],
  'custom user-item': ['conf', ...ofOnnx],
  onnx: [
    ...(['conf', 'mode', 'hyperparameters', 'evaluation', 'params'] as const),
    ...(['onlineUpdateDelayInMillis', 'tune'] as const),
  ],
} as const;

/** The algorithms; modules of the user's differ only in whether they learn from users and items. */
type Kind = keyof typeof needed;

function kindOf({ algorithm, mode }: Unchecked): Kind {
  const model = { algorithm, ...(mode && { mode }) };
  if (isCustomUserItem(model)) return 'custom user-item';
  if (isCustomAlgorithm(algorithm)) return 'custom';
  return isTextModel(model) ? 'text' : (algorithm as Kind);
}

const userAndItem: readonly Kind[] = ['als', 'text', 'custom user-item'];
const onlyTexts = { float: "write 'str'", int: "write 'str'", bool: "write 'str'", sparse: "write 'str'" } as const;

/** The features that an algorithm does not take, and what to do instead. */
const unfitTypes = {
  softmax: { sparse: 'use sparse-linear for it' },
  naive: { sparse: 'use sparse-linear for it' },
  text: onlyTexts,
  als: onlyTexts,
  'sparse-linear': { bool: "write 'str'" },
  custom: { sparse: 'use sparse-linear for it' },
  'custom user-item': onlyTexts,
  onnx: { sparse: 'name each feature' },
} as const satisfies Record<Kind, Partial<Record<(typeof featureTypes)[number], string>>>;

/** A model with all that its schema lets pass. */
type Unchecked = Static<typeof ModelProperties>;

/**
 * What does not go together in a model that the schema lets pass, a line each.
 * @param path of the model: `models.iris`
 * @param given the model before the defaults were filled in
 */
export function algorithmFaults(path: string, config: ModelConfig, given: Readonly<Record<string, unknown>>): string[] {
  const model = config as Unchecked;
  const { algorithm, mapping = [] } = model;
  const kind = kindOf(model);
  const missing = needed[kind].filter((option) => given[option] === undefined);
  const unfit = foreign[kind].filter((option) => given[option] !== undefined);
  const advice: Partial<Record<string, string>> = unfitTypes[kind];
  const learner = hasLearner(config) ? learnerOf(config) : undefined;
  return [
    ...missing.map((option) => `${path}.${option}: is required`),
    ...unfit.map((option) => `${path}.${option}: does not go with ${algorithm}; leave it out`),
    ...mapping.flatMap(({ type }, i) =>
      advice[type] ? [`${path}.mapping[${i}].type: '${type}' does not go with ${algorithm}; ${advice[type]}`] : [],
    ),
    ...(learner ? hyperparameterFaults(`${path}.hyperparameters`, learner, model.hyperparameters) : []),
    ...(learner && model.tune ? tuneFaults(`${path}.tune`, learner, model.tune) : []),
    ...(kind === 'als' && model.mode === 'user-item'
      ? [`${path}.mode: 'user-item' goes with naive; leave it out`]
      : []),
    ...(userAndItem.includes(kind) && model.mapping && mapping.map(({ name }) => name).join() !== 'user,item'
      ? [
          `${path}.mapping: ${algorithm} has the features user and item, in this order; other names are aliases of theirs`,
        ]
      : []),
    ...(kind === 'onnx' ? onnxFaults(path, model) : []),
  ];
}

function onnxFaults(path: string, { source, target, minScore, betterThanActive, outputs }: Unchecked): string[] {
  const faults: string[] = [];
  if (source && target === undefined) faults.push(`${path}.target: is required beside source`);
  if (!source && target !== undefined)
    faults.push(`${path}.target: goes with a source of rows; give one or leave it out`);
  const threshold = minScore !== undefined ? 'minScore' : betterThanActive ? 'betterThanActive' : undefined;
  if (!source && threshold) faults.push(`${path}.${threshold}: needs test data: give ${path}.source`);
  const { number, label, probabilities, logits } = outputs ?? {};
  if (number !== undefined && (label ?? probabilities ?? logits) !== undefined) {
    faults.push(`${path}.outputs: has both a number and what is of a class; keep one`);
  }
  if (probabilities !== undefined && logits !== undefined) {
    faults.push(`${path}.outputs: has both probabilities and logits; keep one`);
  }
  return faults;
}

const ofCode = { timeoutMs: 1_000, memoryMiB: 256 };

/** Of what runs in a process beside the service. */
const processDefaults: Partial<Record<Kind, Unchecked['process']>> = {
  custom: ofCode,
  'custom user-item': ofCode,
  onnx: { timeoutMs: 10_000 },
};

/** Fills in what has a default by the algorithm, and takes out what does not go with it: what is resolved resolves again. */
export function completeModel(config: ModelConfig): void {
  const model = config as Unchecked;
  const kind = kindOf(model);
  for (const option of foreign[kind]) Reflect.deleteProperty(model, option);
  if (hasLearner(config)) model.hyperparameters = withDefaults(learnerOf(config), model.hyperparameters);
  if (processDefaults[kind]) model.process = { ...processDefaults[kind], ...model.process };
  if (model.evaluation) model.evaluation.testFraction ??= learnsFromObservations(model) ? 0 : 0.2;
  if (!userAndItem.includes(kind)) return;
  if (config.algorithm === 'als') {
    model.mode = modeOf(config);
    model.target ??= 'rating';
  }
  model.onlineUpdateDelayInMillis ??= 5_000;
  model.mapping ??= ['user', 'item'].map((name) => ({ name, type: 'str' as const, aliases: [] }));
}
