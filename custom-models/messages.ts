import type {
  CustomModelDefinition,
  Learner,
  RankedItem,
  SampleParams,
  TopKQuestion,
  Training,
} from '../config/models/define-model';
import type { CustomConfig } from '../config/schema';
import type { Label, Prediction, Row } from '../learning/model';
import type { PackedData } from './model-data';
import type { ProcessBounds } from './watch-process';

/** What a process that runs a custom model has to know; its first message. */
export interface ModelProcessSettings extends ProcessBounds {
  /** The compiled module. */
  readonly code: string;
  /** Of the file that it was made of. */
  readonly path: string;
  /** The path as errors show it. */
  readonly shown: string;
  /** Names of the features, in the order of the rows. */
  readonly features: readonly string[];
  /** Of its configuration. */
  readonly mode: CustomConfig['mode'];
}

/** The state of a user as bytes, which only the process of the model reads. */
export type StateBytes = Uint8Array | undefined;

/** A question that holds a state. */
type WithBytes<Q> = Omit<Q, 'state'> & { readonly state: StateBytes };

/** What is asked of the model, with the answer to each. */
export interface Questions {
  train: {
    ask: Omit<Training, 'rows'> & { readonly rows: readonly Row[] };
    answer: { readonly data: PackedData; readonly metrics: Readonly<Record<string, number>> | undefined };
  };
  load: { ask: { readonly data: PackedData; readonly classes: readonly string[] }; answer: undefined };
  predict: {
    ask: {
      readonly rows: readonly Row[];
      /** Of the user of each row; absent where there are no users, or none has a state. */
      readonly states?: readonly StateBytes[] | undefined;
      readonly params: SampleParams;
    };
    answer: readonly (Label | Prediction)[];
  };
  topK: {
    ask: { readonly question: WithBytes<TopKQuestion>; readonly params: SampleParams };
    answer: readonly RankedItem[];
  };
  update: { ask: WithBytes<Learner>; answer: Uint8Array };
  score: {
    ask: { readonly outputs: readonly Label[]; readonly targets: readonly Label[] };
    /** Undefined if the model does not score by itself. */
    answer: number | undefined;
  };
}
export type Question = keyof Questions;

/** One question, which is to be answered within so many milliseconds. */
export type Call = {
  readonly [Q in Question]: { id: number; question: Q; ask: Questions[Q]['ask']; timeoutMs: number | undefined };
}[Question];

export type ToModel = { readonly settings: ModelProcessSettings } | { readonly calls: readonly Call[] };

/** How a call failed: what the user's code threw. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a `PredictError`. */
  readonly code: number | undefined;
}

/** What a definition says of its model. */
export interface Abilities {
  readonly kind: CustomModelDefinition<never, never, never, never>['kind'];
  /** Whether it says itself how good it is. */
  readonly scores: boolean;
  /** Whether it ranks items. */
  readonly ranks: boolean;
  /** Whether its users learn online. */
  readonly learns: boolean;
}

export type FromModel =
  | { readonly kind: 'defined'; readonly as: Abilities }
  | { readonly kind: 'undefined'; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: Failure };
