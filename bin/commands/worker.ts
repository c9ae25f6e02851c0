import { Command } from 'commander';
import { runWorker } from '../../service/processes/worker';
import { CommandError, ExitCode } from '../failure';

/** A request process; the supervisor starts it and sends it its settings. */
export const workerCommand = (): Command =>
  new Command('worker').description('a request process of `start` or `serve`').action(async () => {
    if (!process.send) throw new CommandError('worker: is started by `modelapp start`', ExitCode.usage);
    await runWorker();
  });
