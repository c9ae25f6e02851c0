import { join } from 'node:path';
import { type JobTraining, type TrainedJob, trainJob } from '../train-job';
import { MemoryJob } from './memory-job';
import { startWorkerThreads, type WorkerThreads } from './worker-threads';

const program = join(__dirname, 'train-thread.ts');

/**
 * Leads a job of online training in this process, whose workers are threads, to its model, as `trainJob` does.
 * @param deliver brings the model to where it belongs; before that is done no checkpoint goes
 */
export async function trainOnThreads<T>(
  training: Omit<JobTraining, 'begun'>,
  deliver: (trained: TrainedJob) => Promise<T>,
): Promise<T> {
  const job = new MemoryJob();
  let threads: WorkerThreads | undefined;
  const begun = (): void => {
    threads = startWorkerThreads(training.workers, program, job, training.warn);
  };
  try {
    return await trainJob(job, { ...training, begun }, deliver);
  } finally {
    await threads?.stop();
  }
}
