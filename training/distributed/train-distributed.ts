import { type JobOnServers, onServers } from './on-servers';
import { type JobTraining, type TrainedJob, trainJob } from './train-job';

/** A job of online training whose parameters are on servers that run, and whose workers are processes of their own. */
export interface DistributedTraining extends JobTraining, JobOnServers {}

/**
 * Leads a job of online training on servers to its model, as `trainJob` does.
 * @param deliver brings the model to where it belongs; before that is done no checkpoint goes
 */
export const trainDistributed = <T>(
  training: DistributedTraining,
  deliver: (trained: TrainedJob) => Promise<T>,
): Promise<T> => onServers(training, training.warn, (home) => trainJob(home, training, deliver));
