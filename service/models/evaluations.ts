import type { Pool } from 'pg';
import type { ParameterSet } from '../../config/models/parameters';
import type { Version } from '../../config/version';
import { modelTables } from './tables';

/** How a set of parameters did in cross-validation. */
export type EvaluatedSet = {
  /** What takes the place of the model's own parameters. */
  readonly parameters: ParameterSet;
  /** Of all its trainings. */
  readonly seconds: number;
} & (
  | {
      /** Over the union of the folds, by name; null where one is not defined. */
      readonly metrics: Readonly<Record<string, number | null>>;
    }
  | { readonly error: string }
);

/** A cross-validation of a model with one or more sets of parameters. */
export interface NewEvaluation {
  readonly model: string;
  /** `evaluate`: of the model's own parameters; `tune`: of several, to find the best. */
  readonly kind: 'evaluate' | 'tune';
  readonly folds: number;
  /** By which the best set is the best. */
  readonly metric: string;
  readonly sets: readonly EvaluatedSet[];
  /** The place of the best set; null if all failed. */
  readonly best: number | null;
}

export interface Evaluation extends NewEvaluation {
  readonly finishedAt: Date;
}

interface EvaluationRow extends Omit<Evaluation, 'finishedAt'> {
  readonly finished_at: Date;
}

/** How the models of a version did in cross-validations. */
export class Evaluations {
  readonly #table: string;

  constructor(
    private readonly pool: Pool,
    version: Version,
  ) {
    this.#table = modelTables(version).evaluations;
  }

  /** @returns when it was finished, by the database's clock */
  async add({ model, kind, folds, metric, sets, best }: NewEvaluation): Promise<Date> {
    const { rows } = await this.pool.query<{ finished_at: Date }>(
      `insert into ${this.#table} (model, kind, folds, metric, sets, best) values ($1, $2, $3, $4, $5, $6)
       returning finished_at`,
      [model, kind, folds, metric, JSON.stringify(sets), best],
    );
    return rows[0]!.finished_at;
  }

  /** The last ones of a model, the latest first. */
  async latest(model: string, limit: number): Promise<readonly Evaluation[]> {
    return this.#find('', model, limit);
  }

  /** The parameters that won the last tuning in which any did not fail; undefined if there was none. */
  async bestParameters(model: string): Promise<ParameterSet | undefined> {
    const [tuning] = await this.#find(`and kind = 'tune' and best is not null`, model, 1);
    return tuning?.sets[tuning.best!]?.parameters;
  }

  async #find(condition: string, model: string, limit: number): Promise<readonly Evaluation[]> {
    const { rows } = await this.pool.query<EvaluationRow>(
      `select model, kind, finished_at, folds, metric, sets, best from ${this.#table}
       where model = $1 ${condition} order by evaluation desc limit $2`,
      [model, limit],
    );
    return rows.map(({ finished_at: finishedAt, ...evaluation }) => ({ ...evaluation, finishedAt }));
  }
}
