/** What a custom model is asked about: the values of one sample by the names of the mapping. */
export type SampleRow = Readonly<Record<string, number | string | boolean>>;

/** What `train` learns from. */
export interface Training<Row = SampleRow, Target = string | number> {
  /** The training part of the data: what is held out to score the model is not among it. */
  readonly rows: readonly Row[];
  /** What is to be predicted of each row: its class, or its number. */
  readonly targets: readonly Target[];
  /** The classes of a classifier, sorted; none of a regression. */
  readonly classes: readonly string[];
  /** The features of the mapping, in order. */
  readonly features: readonly { readonly name: string; readonly type: 'float' | 'int' | 'str' | 'bool' }[];
  /** As configured. */
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** Of every random draw, so that the same data gives the same model: `evaluation.seed`. */
  readonly seed: number;
}

/** What `train` gives back. */
export interface Trained<Data> {
  /**
   * What the revision keeps, and `load` gets: plain objects, lists, texts, finite numbers, booleans and null, with typed
   * arrays of numbers anywhere inside.
   */
  readonly data: Data;
  /** More numbers by name, to be kept and shown with the revision. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A class with the probability of each class, in the order of `Training.classes`. */
export interface ClassPrediction {
  readonly output: string;
  readonly probabilities: ArrayLike<number>;
}

/** Values that a request passes on beside the features, and the model's own of the configuration. */
export type SampleParams = Readonly<Record<string, number | string | boolean>>;

/** A user and an item. */
export interface UserItem {
  readonly user: string;
  readonly item: string;
}

/** A user and an item that are asked about. */
export interface AskedItem<State = unknown> extends UserItem {
  /** What `update` made of the user last; undefined if nothing was observed since the revision was trained. */
  readonly state: State | undefined;
}

/** Which items are wanted for a user. */
export interface TopKQuestion<State = unknown> {
  readonly user: string;
  /** As in `AskedItem`. */
  readonly state: State | undefined;
  /** How many items at most, above 0; as many as a client likes to ask for. */
  readonly k: number;
  /** The items to choose from, each once; all that the model knows if absent. */
  readonly candidates: readonly string[] | undefined;
}

/** An item for a user, and how good it is. */
export interface RankedItem {
  readonly item: string;
  readonly score: number;
}

/** What a user thought of an item last. */
export interface Observed {
  readonly item: string;
  readonly score: number;
  /** Whether it was observed after the state was made, or the revision if there is none. */
  readonly isNew: boolean;
}

/** A user who learns. */
export interface Learner<State = unknown> {
  readonly user: string;
  /** What `update` made of the user before; undefined at first under each revision. */
  readonly state: State | undefined;
  /** All that is known of the user, of each item the last score; those that changed last come last. */
  readonly observations: readonly Observed[];
}

/** What all custom models are made of. */
interface Methods<Row, Target, Answer, Data, Loaded, Asked = Row> {
  /** Learns from the training rows. */
  train(training: Training<Row, Target>): Trained<Data> | Promise<Trained<Data>>;
  /** Makes what `predict` works with of what `train` gave back, once for a revision. */
  load(data: Data, classes: readonly string[]): Loaded | Promise<Loaded>;
  /** One answer per row, in order. Throw a `PredictError` for a failure that the caller is to read. */
  predict(model: Loaded, rows: readonly Asked[], params: SampleParams): readonly Answer[] | Promise<readonly Answer[]>;
  /** How good predictions are, higher is better; a classifier's accuracy, a regression's negated RMSE if absent. */
  score?(outputs: readonly Target[], targets: readonly Target[]): number;
}

/** Answers one of the classes, perhaps with the probability of each. */
export interface CustomClassifier<Row, Data, Loaded>
  extends Methods<Row, string, string | ClassPrediction, Data, Loaded> {
  readonly kind: 'classifier';
}

/** Answers a number. */
export interface CustomRegression<Row, Data, Loaded> extends Methods<Row, number, number, Data, Loaded> {
  readonly kind: 'regression';
}

/** Answers how much users like items. Goes with `mode: 'user-item'`; `train` gets users with items, and what they made of them. */
export interface CustomUserItemModel<Data, Loaded, State>
  extends Methods<UserItem, number, number, Data, Loaded, AskedItem<State>> {
  readonly kind: 'user-item';
  /**
   * Makes the state of a user of what was observed: of what a revision's data may hold. It may be asked twice about the
   * same observations. If it throws, the user's state stays as it was. Write it before `predict` and `topK`, which get
   * states of its type.
   */
  update?(model: Loaded, learner: Learner<State>): State | Promise<State>;
  /**
   * The best items for a user, best first, at most `k`, each once. Without it the service ranks items that a client names
   * by `predict`, and refuses to rank all.
   */
  topK?(
    model: Loaded,
    question: TopKQuestion<State>,
    params: SampleParams,
  ): readonly RankedItem[] | Promise<readonly RankedItem[]>;
}

export type CustomModelDefinition<Row, Data, Loaded, State = unknown> =
  | CustomClassifier<Row, Data, Loaded>
  | CustomRegression<Row, Data, Loaded>
  | CustomUserItemModel<Data, Loaded, State>;

/**
 * Gives the default export of a custom model's file its types: what `train` returns is what `load` gets, and what `load`
 * returns is what `predict` gets. The type of a row is that of `train`'s argument, such as `Training<Flower, string>`;
 * that of a state is that of `update`'s second argument, such as `Learner<Liking>`.
 */
export const defineModel = <Data, Loaded, Row = SampleRow, State = unknown>(
  model: CustomModelDefinition<Row, Data, Loaded, State>,
): CustomModelDefinition<Row, Data, Loaded, State> => model;
