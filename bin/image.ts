import { join } from 'node:path';
import { containerDataDirectory } from '../config/environment';
import { openContext } from './commands/context';
import { evaluateCommand } from './commands/evaluate';
import { eventCommands } from './commands/events/event-commands';
import { pioWords } from './commands/events/terminal/pio-command';
import { jobCommand } from './commands/job';
import { migrateCommand } from './commands/migrate';
import { modelsCommand } from './commands/models';
import { releaseCommand } from './commands/release';
import { serveCommand } from './commands/serve';
import { streamCommand } from './commands/stream';
import { trainCommand } from './commands/train';
import { trainJobCommand } from './commands/train-job';
import { tuneCommand } from './commands/tune';
import { variantCommand } from './commands/variant';
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
