import { resolve } from 'node:path';
import type { ModelConfig } from '../../../config/schema';
import { transaction } from '../../../service/database/transaction';
import { Registry } from '../../../service/models/registry';
import { trainOnnx } from '../../../training/onnx/train-onnx';
import { importModelText } from '../../../training/sparse-linear/train-sparse-linear';
import type { TrainedModel, TrainRequest } from '../../../training/train-model';
import { CommandError, ExitCode } from '../../failure';
import type { CommandContext } from '../context';
import { configuredModel } from './configured-model';

export interface Import {
  readonly model: string;
  readonly files: readonly string[];
  /** Whether it serves from now on. */
  readonly activate: boolean;
}

/**
 * Makes a revision of the text files of a sparse linear model or of an ONNX file, however it was trained.
 * @returns its number
 * @throws {CommandError} if the model is of an algorithm without such files
 * @throws {DataError} if a file is absent or no model file
 */
export async function importModel(context: CommandContext, { model, files, activate }: Import): Promise<number> {
  const { pool, version, config: configuration, directory, modelStore } = context;
  const config = configuredModel(configuration, model);
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  const { bytes, scores, metrics } = await readFiles(
    {
      name: model,
      directory,
      pool,
      createdAt: rows[0]?.now as Date,
      onNotice: (line) => void process.stderr.write(`modelapp: ${line}\n`),
    },
    config,
    files,
  );
  const registry = new Registry(pool, version, modelStore, { models: configuration.models, directory });
  const revision = await transaction(pool, (client) =>
    registry.publish(client, { model, bytes, origin: 'import', scores, metrics, activate }),
  );
  // What cannot be collected now is collected after the next training.
  await registry.removeOldRevisions(model, configuration.revisions.keep).catch(() => {});
  return revision;
}

type Imported = Pick<TrainedModel, 'bytes' | 'metrics'> & { readonly scores: TrainedModel['scores'] | null };

/** @throws {CommandError} if the model is of an algorithm that has no files but its own, or there are too many */
async function readFiles(
  request: Omit<TrainRequest, 'config'>,
  config: ModelConfig,
  files: readonly string[],
): Promise<Imported> {
  switch (config.algorithm) {
    case 'sparse-linear':
      return { ...(await importModelText({ ...request, config }, files)), scores: null };
    case 'onnx': {
      const [file = '', ...more] = files.map((path) => resolve(path));
      if (more.length === 0) return trainOnnx({ ...request, config: { ...config, file } });
      throw new CommandError(`models.${request.name} is onnx: name one file`, ExitCode.usage);
    }
    default:
      throw new CommandError(
        `models.${request.name} is ${config.algorithm}; only models of sparse-linear and onnx have files to import`,
        ExitCode.usage,
      );
  }
}
