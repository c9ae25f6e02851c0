import type { CustomConfig } from '../../../config/schema';
import type { Feature, ModelParams, Prediction, RankingModel, Row, TabularModel } from '../../../learning/model';
import type { ModelFile } from '../../../learning/model-file';
import { CodeProcess } from './code-process';
import { CustomRanking } from './custom-ranking';

/**
 * Loads a model of the user's own.
 * @param directory that relative paths of the configuration start from
 * @throws {DefinitionError | ConfigError | ModelProcessError | Error} if its code cannot be run or refuses the data
 */
export async function openCustomModel(
  file: ModelFile,
  config: CustomConfig,
  directory: string,
): Promise<TabularModel | RankingModel> {
  const code = await CodeProcess.start(file, config, directory);
  return config.mode === 'user-item' ? new CustomRanking(code, file.header, config) : new CustomModel(code, file);
}

/** A model of rows, whose code answers each request. */
class CustomModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly Feature[];
  readonly classes: readonly string[] | undefined;
  readonly params: ModelParams;

  constructor(
    private readonly code: CodeProcess,
    { header }: ModelFile,
  ) {
    const { features, classes, params } = header;
    this.features = features;
    this.classes = classes?.map(String);
    this.params = params;
  }

  predict(rows: readonly Row[], params: ModelParams): Promise<readonly Prediction[]> {
    return this.code.ask((model, timeoutMs) => model.predict(rows, params, timeoutMs));
  }

  close(): void {
    this.code.close();
  }
}
