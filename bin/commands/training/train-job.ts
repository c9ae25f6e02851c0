import { once } from 'node:events';
import { Command } from 'commander';
import { findRunningJob } from '../../../service/jobs/running-jobs';
import { CommandError, ExitCode } from '../../failure';
import { InterruptedError } from '../../interruption';
import type { Settings } from '../../settings';
import { inContext, type OpenContext, openPreparedContext } from '../context';
import { runJob } from './training';

/**
 * `modelapp train-job`: does a training of the queue, in a process of its own that the service starts. It gets its
 * settings as the first message of its parent, because the database's address may hold a password.
 */
export function trainJobCommand(open: OpenContext = openPreparedContext): Command {
  return new Command('train-job')
    .description('do a queued training; the service calls this')
    .argument('<job>', 'id of the job')
    .addHelpText('after', '\nExample:\n  modelapp train-job 01890a5d-ac96-774b-bcce-b302099a8057')
    .action((jobId: string) => trainJob(open, jobId));
}

async function trainJob(open: OpenContext, jobId: string): Promise<void> {
  if (!process.connected) {
    throw new CommandError("train-job is for the service itself; use 'modelapp train MODEL'", ExitCode.usage);
  }
  // Ctrl-C reaches the service too, which then ends this process by SIGTERM.
  const ending = new AbortController();
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => ending.abort(new InterruptedError('SIGTERM')));
  const [settings] = (await once(process, 'message')) as [Settings];
  process.disconnect();
  await inContext(open, settings, async (context) => {
    const job = await findRunningJob(context.pool, context.version, jobId);
    if (!job) throw new CommandError(`job ${jobId} does not run`, ExitCode.absent);
    const onNotice = (line: string) => void process.stderr.write(`modelapp: ${line}\n`);
    await runJob(context, job, { onNotice, signal: ending.signal });
  });
}
