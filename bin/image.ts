import { eventCommands } from './commands/events/event-commands';
import { pioWords } from './commands/events/terminal/pio-command';
import { jobCommand } from './commands/job';
import { migrateCommand } from './commands/migrate';
import { modelsCommand } from './commands/models';
import { serveCommand } from './commands/serve';
import { streamCommand } from './commands/stream';
import { trainCommand } from './commands/train';
import { trainJobCommand } from './commands/train-job';
import { workerCommand } from './commands/worker';
import { run } from './failure';
import { createProgram } from './program';

/** The commands of the container: all that need neither an embedded database nor a terminal. */
const program = createProgram([
  serveCommand(),
  migrateCommand(),
  trainCommand(),
  modelsCommand(),
  streamCommand(),
  ...eventCommands(),
]);
for (const inner of [workerCommand(), trainJobCommand(), jobCommand()]) program.addCommand(inner, { hidden: true });

void run(program, pioWords(process.argv, program));
