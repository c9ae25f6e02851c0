import { basename } from 'node:path';
import { costCommand } from './commands/cost';
import { deployCommand } from './commands/deploy';
import { endpointCommand } from './commands/endpoint';
import { eventCommands } from './commands/events/event-commands';
import { pioWords } from './commands/events/pio-command';
import { keyCommand } from './commands/key';
import { logsCommand } from './commands/logs';
import { migrateCommand } from './commands/migrate';
import { modelsCommand } from './commands/models';
import { revertCommand } from './commands/revert';
import { serveCommand } from './commands/serve';
import { splitCommand } from './commands/split';
import { startCommand } from './commands/start';
import { statusCommand } from './commands/status';
import { streamCommand } from './commands/stream';
import { trainCommand } from './commands/train';
import { trainJobCommand } from './commands/train-job';
import { versionsCommand } from './commands/versions';
import { workerCommand } from './commands/worker';
import { run } from './failure';
import { createProgram } from './program';

const ours = [
  startCommand(),
  trainCommand(),
  modelsCommand(),
  streamCommand(),
  keyCommand(),
  migrateCommand(),
  serveCommand(),
  costCommand(),
  deployCommand(),
  splitCommand(),
  revertCommand(),
  endpointCommand(),
  versionsCommand(),
  statusCommand(),
  logsCommand(),
];
const events = eventCommands();
// Both know `status`: what is called as `pio` means PredictionIO's.
const [first, second] = basename(process.argv[1] ?? '') === 'pio' ? [events, ours] : [ours, events];
const known = new Set(first.map((verb) => verb.name()));
const program = createProgram([...first, ...second.filter((verb) => !known.has(verb.name()))]);
for (const inner of [workerCommand(), trainJobCommand()]) program.addCommand(inner, { hidden: true });

void run(program, pioWords(process.argv, program));
