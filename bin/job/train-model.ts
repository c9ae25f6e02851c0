import { learnerOf } from '../../config/models/learner';
import { type ParameterSet, parameterFaults } from '../../config/models/parameters';
import type { Config } from '../../config/schema';
import type { Job } from '../../service/jobs/job';
import { inContext, openPreparedContext } from '../commands/context';
import { configuredModel, learnerConfigOf } from '../commands/models/configured-model';
import { plainRows } from '../commands/training/train';
import { trainNow } from '../commands/training/training';
import { CommandError, ExitCode } from '../failure';
import { readSettings } from '../settings';
import { handInRevision } from './hand-in';
import { readModelEnvironment } from './job-environment';

/** What the task of a model is told. */
export interface ModelTraining {
  readonly model: string;
  /** Whether the new revision is to serve. */
  readonly activate: boolean;
  /**
   * Hyperparameters as JSON.
   * @default those of the model
   */
  readonly parameters?: string;
}

/**
 * Trains a model of the configuration into a new revision, and hands in which it is. A service that runs takes it up by
 * itself.
 * @throws {CommandError} if the environment is not fit for it, or there is no such model; what ends the training
 */
export async function trainModelOfJob(
  environment: NodeJS.ProcessEnv,
  { model, activate, parameters }: ModelTraining,
  signal: AbortSignal,
): Promise<void> {
  const { output } = readModelEnvironment(environment);
  const settings = await readSettings({}, environment);
  configuredModel(settings.config, model);
  const set = parameters === undefined ? undefined : readParameters(settings.config, model, parameters);
  const job = await inContext(openPreparedContext, settings, (context) =>
    trainNow(context, {
      model,
      kind: 'retrain',
      options: { activate, ...(set && { parameters: set }) },
      onProgress: plainRows.progress,
      onNotice: plainRows.notice,
      signal,
    }),
  );
  plainRows.result(job);
  await handInRevision(revisionOf(model, job), output);
}

/** @throws {CommandError} naming what the model does not take */
function readParameters(config: Config, model: string, json: string): ParameterSet {
  const learner = learnerOf(learnerConfigOf(config, model));
  const set = parseObject(json);
  const faults = set ? parameterFaults('--parameters', learner, set) : ['--parameters: must be a JSON object'];
  if (faults.length > 0) throw new CommandError(faults.join('\n'), ExitCode.usage);
  return set as ParameterSet;
}

function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const revisionOf = (model: string, { revision, activated, reason, scores }: Job) => ({
  model,
  revision,
  activated: activated === true,
  reason,
  scores: { ...(scores && { train: finite(scores.train), test: finite(scores.test) }) },
});

const finite = (score: number | null): number | null => (score === null || Number.isNaN(score) ? null : score);
