import type { Feature, Label, ModelParams, Prediction, Row, TabularModel } from '../../learning/model';
import { CallLimit } from '../models/custom/call-limit';
import { type BatchLimits, type Clock, MicroBatcher } from './micro-batcher';

/** A model that answers the rows of several requests in one go. Parameters of single requests do not reach it. */
export class BatchingModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly Feature[];
  readonly classes: readonly Label[] | undefined;
  readonly labelsOnly: boolean;
  readonly params: ModelParams;
  readonly #calls = new CallLimit();
  readonly #batcher: MicroBatcher<Row, Prediction>;

  constructor(
    private readonly model: TabularModel,
    limits: BatchLimits,
    clock?: Clock,
  ) {
    this.features = model.features;
    this.classes = model.classes;
    this.labelsOnly = model.labelsOnly ?? false;
    this.params = model.params;
    this.#batcher = new MicroBatcher(async (rows) => model.predict(rows, model.params), limits, clock);
  }

  /** @throws {HttpError} 503 if too many requests wait */
  predict(rows: readonly Row[]): Promise<readonly Prediction[]> {
    return this.#calls.run(() => this.#batcher.answer(rows));
  }

  close(): void {
    this.model.close?.();
  }
}
