import { Environment } from '../../config/environment';
import type { Config } from '../../config/schema';
import type { TrainingOptions } from '../../service/jobs/job';
import { inContext, type OpenContext } from '../commands/context';
import { modelOfVariant, readVariant } from '../commands/models/read-variant';
import { plainRows } from '../commands/training/train';
import { trainNow } from '../commands/training/training';
import { ExitCode, ReportedError } from '../failure';
import { InterruptedError, interruptible } from '../interruption';
import { checkedUrl, type PlaceOptions, readSettings } from '../settings';
import { hasEventsToLoad, loadEvents } from './load-events';
import { transientCode } from './loader-error';
import { parseTrainOptions, type ReleaseTrainOptions } from './train-options';

/**
 * Loads events if the project brings any, and then trains all models.
 * @throws {ReportedError} with the exit code of a loading that failed
 * @throws what a training throws that failed
 */
export async function release(open: OpenContext, options: PlaceOptions, given: NodeJS.ProcessEnv): Promise<void> {
  if (given.PIO_TRAIN_ON_RELEASE === 'false') return say('Skipping train on release.');
  const named = given.DATABASE_URL ? checkedUrl('DATABASE_URL', given.DATABASE_URL) : undefined;
  const environment = { ...given, [Environment.databaseUrl]: given[Environment.databaseUrl] || named };
  const settings = await readSettings(options, environment);
  const choices = parseTrainOptions(given.PIO_OPTS ?? '');
  const parametersOf = parametersBy(settings.config, choices);
  await interruptible(async (signal) => {
    const { directory } = settings;
    if (hasEventsToLoad(directory) && !(await isLoaded(loadEvents({ directory, environment, say, signal })))) return;
    await inContext(open, settings, async (context) => {
      for (const model of Object.keys(settings.config.models)) {
        say(`Training ${model}`);
        const options = trainingOptions(choices, parametersOf(model));
        plainRows.result(await trainNow(context, { model, options, onNotice: plainRows.notice, signal }));
      }
    });
  });
}

/**
 * Says how loading went.
 * @returns whether to train
 * @throws {ReportedError} if it failed for good
 */
async function isLoaded(loading: Promise<void>): Promise<boolean> {
  try {
    await loading;
    return true;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const { message, exitCode = ExitCode.failed } = error as Error & { readonly exitCode?: number };
    for (const line of message.split('\n')) warn(`modelapp: ${line}`);
    if (exitCode === transientCode) {
      warn('Transient error loading data. Skipping train on release.');
      return false;
    }
    warn('Error loading data.');
    throw new ReportedError(exitCode, error);
  }
}

/** The parameters of the file are for the model that it is of. */
function parametersBy(config: Config, { variant }: ReleaseTrainOptions) {
  if (variant === undefined) return () => undefined;
  const owner = modelOfVariant(config, variant);
  const parameters = readVariant(config, owner, variant);
  return (model: string) => (model === owner ? parameters : undefined);
}

const trainingOptions = (
  { activate, ifBetterThan, betterThanActive }: ReleaseTrainOptions,
  parameters: TrainingOptions['parameters'],
): TrainingOptions => ({
  activate,
  persistIfBetterThan: ifBetterThan,
  betterThanActive,
  ...(parameters && { parameters }),
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const warn = (line: string): void => void process.stderr.write(`${line}\n`);
