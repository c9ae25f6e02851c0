import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { describeDataSource, learnsFromObservations } from '../../config/models/data-source';
import { isCustom } from '../../config/models/model';
import type { ModelConfig } from '../../config/schema';
import { TrainingLockedError } from '../../service/jobs/errors';
import type { Job } from '../../service/jobs/job';
import { JobQueue } from '../../service/jobs/job-queue';
import { UnusableRevisionError } from '../../service/models/errors';
import { loadRevision } from '../../service/models/load-revision';
import { Registry } from '../../service/models/registry';
import type { ModelStore } from '../../service/models/store/model-store';
import { openModelStore } from '../../service/models/store/open-model-store';
import { trainNow } from '../commands/training/training';
import { CommandError } from '../failure';
import type { Settings } from '../settings';

export interface MissingModels {
  readonly settings: Settings;
  readonly pool: Pool;
  /** Tells a person how it goes. */
  readonly say: (line: string) => void;
  /** Ends the trainings with the signal's reason. */
  readonly signal: AbortSignal;
}

/** How often to ask for the lock of a training that goes on elsewhere, in milliseconds. */
const lockedPollMs = 500;

/**
 * Trains every configured model that has no active revision it could serve with, in this process.
 * @throws {CommandError} if what was trained does not pass the model's gate
 * @throws the signal's reason, once it is aborted; the model is free again then
 */
export async function trainMissing({ settings, pool, say, signal }: MissingModels): Promise<void> {
  for (const [name, model] of await missingModels(pool, settings)) {
    say(beginning(name, model));
    const { scores, kept, reason, revision } = await train(name, { settings, pool, say, signal });
    const test = scores?.test == null ? '' : `, ${scores.test.toFixed(4)} on test rows`;
    if (!kept) {
      throw new CommandError(`${name}: not kept, ${reason}; change the data, models.${name}.minScore or the features`);
    }
    const score = model.algorithm === 'softmax' || model.algorithm === 'naive' ? 'accuracy' : 'score';
    const training = scores?.train == null ? '' : `, ${score} ${scores.train.toFixed(4)} on training rows`;
    say(`${name}: revision ${revision}${training}${test}`);
  }
}

/** What a training begins with, for a person. */
function beginning(name: string, model: ModelConfig): string {
  if ('conf' in model) return `Training ${name} as ${model.conf} says`;
  return 'file' in model
    ? `Taking ${name} from ${model.file}`
    : `Training ${name} on ${describeDataSource(model.source)}`;
}

/** Puts the same trainings into the queue, for the instance's job runner or another's. */
export async function queueMissing(pool: Pool, settings: Settings): Promise<void> {
  const queue = new JobQueue(pool, settings.version);
  const waiting = new Set((await queue.list()).filter(isUnfinished).map(({ model }) => model));
  for (const [name, config] of await missingModels(pool, settings)) {
    if (!waiting.has(name)) await queue.enqueueTraining('fit', { name, config }, {});
  }
}

const isUnfinished = ({ status }: Job): boolean => status === 'queued' || status === 'running';

/**
 * Models without an active revision, or whose active one cannot serve what is configured now. What learns from
 * observations serves without a revision until it is retrained, unless code of the user's has to answer.
 */
async function missingModels(pool: Pool, settings: Settings): Promise<readonly [string, ModelConfig][]> {
  const { config, directory, version, modelLocation } = settings;
  const store = openModelStore(modelLocation);
  const registry = new Registry(pool, version, store, { models: config.models, directory });
  const names = Object.keys(config.models);
  const { models } = await registry.current(names);
  const missing: [string, ModelConfig][] = [];
  for (const [name, model] of Object.entries(config.models)) {
    const active = models.get(name)?.active;
    if (!active && learnsFromObservations(model) && !isCustom(model)) continue;
    if (!active || !(await isUsable(store, active, model, directory))) missing.push([name, model]);
  }
  return missing;
}

function isUsable(
  store: ModelStore,
  revision: Parameters<typeof loadRevision>[1],
  model: ModelConfig,
  directory: string,
): Promise<boolean> {
  return loadRevision(store, revision, model, directory).then(
    (loaded) => {
      loaded.model.close?.();
      return true;
    },
    (error) => {
      if (error instanceof UnusableRevisionError) return false;
      throw error;
    },
  );
}

async function train(model: string, { settings, pool, say, signal }: MissingModels): Promise<Job> {
  const { config, directory, version, modelLocation } = settings;
  const context = {
    pool,
    config,
    directory,
    version,
    modelStore: openModelStore(modelLocation),
    close: async () => {},
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await trainNow(context, { model, kind: 'fit', options: {}, onNotice: say, signal });
    } catch (error) {
      if (!(error instanceof TrainingLockedError)) throw error;
      if (attempt === 0) say(`${model} is being trained elsewhere, or was when that process died; waiting`);
      await sleep(lockedPollMs);
      signal.throwIfAborted();
    }
  }
}
