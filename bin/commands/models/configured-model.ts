import { hasLearner, type LearnerConfig } from '../../../config/models/learner';
import type { Config } from '../../../config/schema';
import { CommandError, ExitCode } from '../../failure';

/**
 * The configuration of a model.
 * @throws {CommandError} that lists the models, if there is none of that name
 */
export function configuredModel(config: Config, model: string): Config['models'][string] {
  const found = Object.hasOwn(config.models, model) ? config.models[model] : undefined;
  if (found) return found;
  throw new CommandError(
    `there is no model '${model}'; the configuration has ${Object.keys(config.models).join(', ')}`,
    ExitCode.usage,
  );
}

/**
 * The configuration of a model that is learnt from data, and so has parameters.
 * @throws {CommandError} if there is none of that name, or another library has made it
 */
export function learnerConfigOf(config: Config, model: string): LearnerConfig {
  const found = configuredModel(config, model);
  if (hasLearner(found)) return found;
  throw new CommandError(
    `models.${model} is an ${found.algorithm} file that another library has trained: it has no parameters to try or to choose; train it there with others`,
    ExitCode.usage,
  );
}
