import { basename } from 'node:path';
import { costCommand } from './commands/aws/cost';
import { deployCommand } from './commands/aws/deploy';
import { endpointCommand } from './commands/aws/endpoint';
import { remoteEventsCommand } from './commands/aws/events';
import { logsCommand } from './commands/aws/logs';
import { revertCommand } from './commands/aws/revert';
import { splitCommand } from './commands/aws/split';
import { statusCommand } from './commands/aws/status';
import { uploadCommand } from './commands/aws/upload';
import { versionsCommand } from './commands/aws/versions';
import { engineVerbs } from './commands/engine-verbs';
import { eventCommands } from './commands/events/event-commands';
import { pioWords } from './commands/events/terminal/pio-command';
import { keyCommand } from './commands/key';
import { migrateCommand } from './commands/migrate';
import { modelsCommand } from './commands/models/models';
import { variantCommand } from './commands/models/variant';
import { serveCommand } from './commands/serve';
import { startCommand } from './commands/start';
import { streamCommand } from './commands/stream';
import { evaluateCommand } from './commands/training/evaluate';
import { jobCommand } from './commands/training/job';
import { releaseCommand } from './commands/training/release';
import { remoteTraining } from './commands/training/remote-train';
import { sampleCommand } from './commands/training/sample';
import { trainCommand } from './commands/training/train';
import { trainJobCommand } from './commands/training/train-job';
import { tuneCommand } from './commands/training/tune';
import { workerCommand } from './commands/worker';
import { ignoreClosedPipes, run } from './failure';
import { createProgram } from './program';

const ours = [
  startCommand(),
  trainCommand(remoteTraining),
  evaluateCommand(),
  tuneCommand(),
  variantCommand(),
  releaseCommand(),
  modelsCommand(),
  streamCommand(),
  keyCommand(),
  migrateCommand(),
  serveCommand(),
  sampleCommand(),
  uploadCommand(),
  costCommand(),
  deployCommand(),
  splitCommand(),
  revertCommand(),
  endpointCommand(),
  versionsCommand(),
  statusCommand(),
  logsCommand(),
  remoteEventsCommand(),
];
const events = eventCommands();
// Both know `status` and `deploy`: what is called as `pio` means PredictionIO's.
const isPio = basename(process.argv[1] ?? '') === 'pio';
const [first, second] = isPio ? [[...events, ...engineVerbs()], ours] : [ours, events];
const known = new Set(first.map((verb) => verb.name()));
const verbs = [...first, ...second.filter((verb) => !known.has(verb.name()))];
const program = createProgram(verbs, [workerCommand(), trainJobCommand(), jobCommand()]);

ignoreClosedPipes();
void run(program, pioWords(process.argv, program));
