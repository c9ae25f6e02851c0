import { PioCommand } from './events/terminal/pio-command';

/** What takes the place of the verbs of PredictionIO's engines. */
const replacements = {
  build: 'Nothing has to be built: `modelapp start` trains and serves.',
  eval: 'Use `modelapp tune MODEL`; what it tries is in the section `tune` of the model.',
  deploy: 'Use `modelapp start` on this machine, `modelapp deploy` for AWS.',
  undeploy: 'Send POST /stop to the service, or press Ctrl-C where it runs.',
  batchpredict: 'Use `modelapp stream`.',
  template: 'A template is a few lines of modelapp.config.ts, which docs/from-predictionio.md has.',
  dashboard: 'Open the address of the service in a browser.',
  adminserver: 'Use `pio app` and `pio accesskey`.',
} as const;

/**
 * The verbs of PredictionIO's engines, which do nothing but say what to use. Without them `pio deploy` would mean ours, and
 * build on AWS what was meant for this machine.
 */
export const engineVerbs = (): readonly PioCommand[] =>
  Object.entries(replacements).map(([name, replacement]) =>
    new PioCommand(name)
      .description(replacement)
      .argument('[words...]')
      .allowUnknownOption()
      .does(async () => {
        throw new Error(replacement);
      }),
  );
