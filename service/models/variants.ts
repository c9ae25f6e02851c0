import type { ClientBase, Pool } from 'pg';
import { hasLearner, learnerOf } from '../../config/models/learner';
import type { ModelConfig } from '../../config/models/model';
import { type ParameterSet, parameterFaults, withParameters } from '../../config/models/parameters';
import type { Version } from '../../config/version';
import { modelTables } from './tables';

/** The parameters that trainings of a model take unless they are told others. */
export interface Variant {
  readonly parameters: ParameterSet;
  readonly promotedAt: Date;
}

/** Parameters that the model does not have, as its configuration is now. */
export class UnfitVariantError extends Error {
  override readonly name = 'UnfitVariantError';
  readonly exitCode = 2;
  constructor(model: string, fault: string) {
    super(
      `the parameters of '${model}' do not fit its configuration: ${fault}; to forget them: modelapp variant reset ${model}`,
    );
  }
}

/** The parameters that were promoted, for each model of a version. */
export class Variants {
  readonly #table: string;

  constructor(
    private readonly database: Pool | ClientBase,
    version: Version,
  ) {
    this.#table = modelTables(version).variants;
  }

  /** Undefined if the model is trained as it is configured. */
  async find(model: string): Promise<Variant | undefined> {
    const { rows } = await this.database.query<{ parameters: ParameterSet; promoted_at: Date }>(
      `select parameters, promoted_at from ${this.#table} where model = $1`,
      [model],
    );
    return rows[0] && { parameters: rows[0].parameters, promotedAt: rows[0].promoted_at };
  }

  /** Lets later trainings take these parameters, and no longer those promoted before. */
  async promote(model: string, parameters: ParameterSet): Promise<void> {
    await this.database.query(
      `insert into ${this.#table} (model, parameters) values ($1, $2)
       on conflict (model) do update set parameters = excluded.parameters, promoted_at = clock_timestamp()`,
      [model, JSON.stringify(parameters)],
    );
  }

  /**
   * Lets later trainings take what is configured.
   * @returns whether there were other parameters
   */
  async reset(model: string): Promise<boolean> {
    const { rowCount } = await this.database.query(`delete from ${this.#table} where model = $1`, [model]);
    return rowCount === 1;
  }

  /**
   * The configuration that a training of a model takes.
   * @param asked the parameters of this training alone; those that were promoted if undefined
   * @throws {UnfitVariantError} if the model does not have the parameters, as its configuration is now
   */
  async applyTo(model: string, config: ModelConfig, asked?: ParameterSet): Promise<ModelConfig> {
    const parameters = asked ?? (await this.find(model))?.parameters;
    if (!parameters) return config;
    if (!hasLearner(config)) throw new UnfitVariantError(model, `'${config.algorithm}' has none`);
    const [fault] = parameterFaults('parameters', learnerOf(config), parameters);
    if (fault !== undefined) throw new UnfitVariantError(model, fault);
    return withParameters(config, parameters);
  }
}
