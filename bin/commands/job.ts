import { Command } from 'commander';
import { type InterruptedError, interruptible } from '../interruption';

/**
 * `modelapp job scheduler|worker`: what the processes of a training job run, which find in their environment what the
 * job is.
 */
export function jobCommand(): Command {
  const job = new Command('job').description('play a role of a training job; its containers call this');
  job
    .command('scheduler')
    .description('lead the job whose place is in the environment')
    .option('--resume', 'go on where the job was')
    .addHelpText('after', '\nExample:\n  modelapp job scheduler --resume')
    .action(async ({ resume = false }: { resume?: boolean }) => {
      const { scheduleJob } = await import('../job/schedule-job');
      await interruptible((signal) => scheduleJob(process.env, resume, signal));
    });
  job
    .command('worker')
    .description('work on the job whose place is in the environment')
    .addHelpText('after', '\nExample:\n  modelapp job worker')
    .action(() => interruptible(work));
  return job;
}

async function work(signal: AbortSignal): Promise<void> {
  const { readJobEnvironment } = await import('../job/job-environment');
  const { trainAsWorker } = await import('../../training/distributed/train-worker');
  const { id, servers, password, processes } = readJobEnvironment(process.env);
  if (processes > 1) {
    const { runWorkerProcesses } = await import('../job/worker-processes');
    return runWorkerProcesses(processes, signal);
  }
  const outcome = await trainAsWorker({ servers, password }, id, signal);
  // Of a job that failed the scheduler tells; a worker that was told to end did what it should.
  if (!outcome) process.exitCode = (signal.reason as InterruptedError).exitCode;
}
