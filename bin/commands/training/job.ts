import { Command } from 'commander';
import { type InterruptedError, interruptible } from '../../interruption';
import { type LearningOptions, withLearningOptions } from './conf-train';

/**
 * `modelapp job scheduler|worker|model`: what the processes of a training job run, which find in their environment what the
 * job is.
 */
export function jobCommand(): Command {
  const job = new Command('job').description('play a role of a training job; its containers call this');
  withLearningOptions(job.command('scheduler'))
    .description('lead the job whose place is in the environment')
    .addHelpText('after', '\nExample:\n  modelapp job scheduler --seed 7 --resume')
    .action(async (options: LearningOptions) => {
      const { scheduleJob } = await import('../../job/schedule-job');
      await interruptible((signal) => scheduleJob(process.env, options, signal));
    });
  job
    .command('model')
    .description('train a model of the configuration into a new revision')
    .argument('<model>', 'name of the model')
    .option('--no-activate', 'keep it without letting it serve')
    .option('--parameters <json>', "hyperparameters in place of the model's own")
    .addHelpText('after', '\nExample:\n  modelapp job model iris')
    .action(async (model: string, options: { activate: boolean; parameters?: string }) => {
      const { trainModelOfJob } = await import('../../job/train-model');
      await interruptible((signal) => trainModelOfJob(process.env, { model, ...options }, signal));
    });
  job
    .command('worker')
    .description('work on the job whose place is in the environment')
    .addHelpText('after', '\nExample:\n  modelapp job worker')
    .action(() => interruptible(work));
  return job;
}

async function work(signal: AbortSignal): Promise<void> {
  const { readJobEnvironment } = await import('../../job/job-environment');
  const { trainAsWorker } = await import('../../../training/distributed/train-worker');
  const { id, servers, password, processes } = readJobEnvironment(process.env);
  if (processes > 1) {
    const { runWorkerProcesses } = await import('../../job/worker-processes');
    return runWorkerProcesses(processes, signal);
  }
  const outcome = await trainAsWorker({ servers, password }, id, signal, (text) => {
    process.stderr.write(`modelapp: ${text}\n`);
  });
  // Of a job that failed the scheduler tells; a worker that was told to end did what it should.
  if (!outcome) process.exitCode = (signal.reason as InterruptedError).exitCode;
}
