import { Command } from 'commander';
import { Environment } from '../../config/environment';
import { createLogger } from '../../service/logging';
import { Metrics } from '../../service/metrics/metrics';
import type { ServedModel } from '../../service/models/served-models';
import { ServedModels } from '../../service/models/served-models';
import { openPredictionLog } from '../../service/predictions/log';
import { Predictor } from '../../service/predictions/predictor';
import { serviceOf } from '../../service/protocols/palladium/predict-service';
import { streamPredictions } from '../../service/protocols/stream';
import { CommandError, ExitCode } from '../failure';
import { type PlaceOptions, readSettings, withPlaceOptions } from '../settings';
import { type CommandContext, inContext, openContext } from './context';
import { configuredModel } from './models/configured-model';

interface StreamOptions extends PlaceOptions {
  readonly model?: string;
}

const example = `
Example:
  echo '[{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}]' | modelapp stream`;

/** `modelapp stream`: a list of samples per line of stdin, the list of results per line of stdout. */
export const streamCommand = (): Command =>
  withPlaceOptions(new Command('stream'))
    .description('predict from stdin to stdout, a JSON list of samples per line')
    .option('--model <name>', 'the model (default: the first of the configuration)')
    .addHelpText('after', example)
    .action(async (options: StreamOptions) => {
      process.env[Environment.logLevel] ??= 'error';
      const settings = await readSettings(options);
      const name = options.model ?? (Object.keys(settings.config.models)[0] as string);
      configuredModel(settings.config, name);
      await inContext(openContext, settings, (context) =>
        stream(context, name, settings.dataDirectory, settings.codeVersion),
      );
    });

/** The spool is shipped by the service that runs on the data directory, else by its next start. */
async function stream(
  { pool, config, directory, version, modelStore }: CommandContext,
  name: string,
  dataDirectory: string,
  codeVersion: string,
): Promise<void> {
  const logger = createLogger();
  const models = new ServedModels({ pool, version, store: modelStore, models: config.models, directory, logger });
  const log = openPredictionLog({ dataDirectory, version, codeVersion, config: config.log });
  await models.start();
  try {
    await streamPredictions({
      input: process.stdin,
      output: process.stdout,
      errors: process.stderr,
      predictor: new Predictor(log, new Metrics(version), config.http.maxSamples),
      model: () => loadedModel(models, name),
      service: serviceOf(config, name),
    });
  } finally {
    await models.stop();
    await log.close();
  }
}

function loadedModel(models: ServedModels, name: string): ServedModel {
  const model = models.get(name);
  if (model?.active) return model;
  throw new CommandError(`${name} has no revision yet; run: modelapp train ${name}`, ExitCode.absent);
}
