import { transaction } from '../../service/database/transaction';
import { Registry } from '../../service/models/registry';
import { importModelText } from '../../training/sparse-linear/train-sparse-linear';
import { CommandError, ExitCode } from '../failure';
import type { CommandContext } from './context';
import { configuredModel } from './train';

export interface Import {
  readonly model: string;
  readonly files: readonly string[];
  /** Whether it serves from now on. */
  readonly activate: boolean;
}

/**
 * Makes a revision of the text files of a sparse linear model, however it was trained.
 * @returns its number
 * @throws {CommandError} if the model is of another algorithm
 * @throws {DataError} if a file is absent or no model file
 */
export async function importModel(context: CommandContext, { model, files, activate }: Import): Promise<number> {
  const { pool, version, config: configuration, directory, modelStore } = context;
  const config = configuredModel(configuration, model);
  if (config.algorithm !== 'sparse-linear') {
    throw new CommandError(
      `models.${model} is ${config.algorithm}; only sparse-linear models have text files`,
      ExitCode.usage,
    );
  }
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const { bytes, metrics } = await importModelText(
    {
      name: model,
      config,
      directory,
      createdAt: rows[0]?.now as Date,
      onNotice: (line) => void process.stderr.write(`modelapp: ${line}\n`),
    },
    files,
  );
  const registry = new Registry(pool, version, modelStore);
  const revision = await transaction(pool, (client) =>
    registry.publish(client, { model, bytes, origin: 'import', scores: null, metrics, activate }),
  );
  // What cannot be collected now is collected after the next training.
  await registry.removeOldRevisions(model, configuration.revisions.keep).catch(() => {});
  return revision;
}
