import { Command } from 'commander';
import { RevisionConflictError, UnknownRevisionError } from '../../../service/models/errors';
import { Registry, type RevisionList } from '../../../service/models/registry';
import type { Revision } from '../../../service/models/revision';
import { CommandError, ExitCode } from '../../failure';
import { table } from '../../output';
import { type PlaceOptions, parseWholeNumber, readSettings, withPlaceOptions } from '../../settings';
import { type CommandContext, inContext, type OpenContext, openContext } from '../context';
import { configuredModel } from './configured-model';
import { importModel } from './import-model';

interface ModelsOptions extends PlaceOptions {
  readonly json?: boolean;
}

/**
 * `modelapp models`: shows the revisions of the models and says which one serves.
 * @param open where models are kept; the settings' place by default
 */
export function modelsCommand(open: OpenContext = openContext): Command {
  const command = new Command('models')
    .description('list, activate, roll back and delete revisions')
    .addHelpText('after', '\nExample:\n  modelapp models list');
  const verb = (name: string, description: string, example: string) => {
    const added = command.command(name).description(description).option('--json', 'print JSON');
    return withPlaceOptions(added).addHelpText('after', `\nExample:\n  modelapp models ${example}`);
  };

  verb('list', 'show the revisions of one model or of all', 'list iris')
    .argument('[model]', 'name of the model')
    .action((model: string | undefined, options: ModelsOptions) => list(open, model, options));

  verb('activate', 'let a revision serve', 'activate iris 3')
    .argument('<model>', 'name of the model')
    .argument('<revision>', 'its number', revisionNumber)
    .action((model: string, revision: number, options: ModelsOptions) =>
      change(open, model, options, (registry) => registry.activate(model, revision)),
    );

  verb('rollback', 'let the revision serve again that was active before', 'rollback iris')
    .argument('<model>', 'name of the model')
    .action((model: string, options: ModelsOptions) =>
      change(open, model, options, (registry) => registry.rollback(model)),
    );

  verb('delete', 'delete a revision that is not active; its number does not come again', 'delete iris 2')
    .argument('<model>', 'name of the model')
    .argument('<revision>', 'its number', revisionNumber)
    .action((model: string, revision: number, options: ModelsOptions) =>
      change(open, model, options, (registry) => registry.remove(model, revision)),
    );

  verb(
    'import',
    'make a revision of the text files of a sparse-linear model, or of an ONNX file, and let it serve',
    'import ctr model/ctr_S0 model/ctr_S1',
  )
    .argument('<model>', 'name of the model')
    .argument('<file...>', 'all text files of the model: <file>_S0, <file>_S1 …; or one ONNX file')
    .option('--no-activate', 'keep it without letting it serve')
    .action((model: string, files: string[], options: ModelsOptions & { activate: boolean }) =>
      change(open, model, options, (_registry, context) => importModel(context, { model, files, ...options })),
    );

  return command;
}

const revisionNumber = (text: string): number => parseWholeNumber('revision', text, 1, 2 ** 31 - 1);

async function list(open: OpenContext, model: string | undefined, options: ModelsOptions): Promise<void> {
  const settings = await readSettings(options);
  if (model !== undefined) configuredModel(settings.config, model);
  const names = model === undefined ? Object.keys(settings.config.models) : [model];
  await inContext(open, settings, async (context) => {
    const registry = registryOf(context);
    for (const name of names) print(name, await registry.list(name), options);
  });
}

async function change(
  open: OpenContext,
  model: string,
  options: ModelsOptions,
  work: (registry: Registry, context: CommandContext) => Promise<unknown>,
): Promise<void> {
  const settings = await readSettings(options);
  configuredModel(settings.config, model);
  await inContext(open, settings, async (context) => {
    const registry = registryOf(context);
    await work(registry, context).catch((error) => {
      if (error instanceof UnknownRevisionError) throw new CommandError(error.message, ExitCode.absent);
      if (error instanceof RevisionConflictError) throw new CommandError(error.message);
      throw error;
    });
    print(model, await registry.list(model), options);
  });
}

const registryOf = ({ pool, version, modelStore, config: { models }, directory }: CommandContext): Registry =>
  new Registry(pool, version, modelStore, { models, directory });

function print(model: string, { active, revisions }: RevisionList, { json }: ModelsOptions): void {
  const text = json
    ? JSON.stringify({ model, active: active ?? null, revisions: revisions.map(asJson) })
    : [`${model}:`, ...rows(active, revisions)].join('\n');
  process.stdout.write(`${text}\n`);
}

const asJson = ({ revision, createdAt, origin, scores, metrics, rolledBack }: Revision) => ({
  revision,
  created_at: createdAt,
  origin,
  scores,
  ...(metrics && { metrics }),
  rolled_back: rolledBack,
});

function rows(active: number | undefined, revisions: readonly Revision[]): string[] {
  if (revisions.length === 0) return ['  no revision yet'];
  const names = [...new Set(revisions.flatMap(({ metrics }) => Object.keys(metrics ?? {})))];
  const cells = revisions.map(({ revision, createdAt, origin, scores, metrics, rolledBack }) => {
    const state = revision === active ? 'active' : rolledBack ? 'rolled back' : '';
    return [
      String(revision).padStart(4),
      createdAt.toISOString().slice(0, 19).replace('T', ' '),
      origin.padEnd(7),
      `train ${shown(scores?.train)}`,
      `test ${shown(scores?.test)}`,
      ...names.map((name) => (metrics && name in metrics ? `${name} ${shown(metrics[name])}` : '')),
      state,
    ];
  });
  return [table(cells)];
}

const shown = (score: number | null | undefined): string => (score == null ? '-' : score.toFixed(4)).padEnd(6);
