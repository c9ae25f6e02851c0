import { accessKeyCommand } from './accesskey';
import { appCommand } from './app';
import { eventServerCommand } from './eventserver';
import { exportCommand } from './export';
import { importCommand } from './import';
import { statusCommand } from './status';
import type { PioCommand } from './terminal/pio-command';

/** The verbs that came with PredictionIO's event server. */
export const eventCommands = (): readonly PioCommand[] => [
  appCommand(),
  accessKeyCommand(),
  eventServerCommand(),
  statusCommand(),
  importCommand(),
  exportCommand(),
];
