import { join } from 'node:path';
import { containerDataDirectory } from '../config/environment';
import { openContext } from './commands/context';
import { eventCommands } from './commands/events/event-commands';
import { pioWords } from './commands/events/terminal/pio-command';
import { migrateCommand } from './commands/migrate';
import { modelsCommand } from './commands/models/models';
import { variantCommand } from './commands/models/variant';
import { serveCommand } from './commands/serve';
import { streamCommand } from './commands/stream';
import { evaluateCommand } from './commands/training/evaluate';
import { jobCommand } from './commands/training/job';
import { releaseCommand } from './commands/training/release';
import { trainCommand } from './commands/training/train';
import { trainJobCommand } from './commands/training/train-job';
import { tuneCommand } from './commands/training/tune';
import { workerCommand } from './commands/worker';
import { run } from './failure';
import { createProgram } from './program';

/** The commands of the container: all that need neither an embedded database nor a terminal. */
const program = createProgram(
  [
    ...[serveCommand(), migrateCommand(), trainCommand(), releaseCommand(), modelsCommand(), streamCommand()],
    // The one place that the container may write to.
    ...[evaluateCommand(), tuneCommand(openContext, join(containerDataDirectory, 'best.json')), variantCommand()],
    ...eventCommands(),
  ],
  [workerCommand(), trainJobCommand(), jobCommand()],
);

void run(program, pioWords(process.argv, program));
