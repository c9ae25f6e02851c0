import { MinibatchReader } from '../data/minibatch-reader';
import { DataError } from '../data-error';
import { MinibatchLearner } from '../online/minibatch-learner';
import { StoreError, StoreExitCode } from '../store/store-error';
import type { JobPlan, Outcome } from './state/job-plan';
import { runWorker, type WorkerPlace } from './worker';

/**
 * Works on a job of online training until it has an outcome, or until the signal aborts. What is wrong with the data or
 * the model ends the job.
 * @returns the outcome; undefined if the signal aborted, when the part at hand is given back
 * @throws {StoreError} if the job's home or its scheduler stay away
 */
export async function workOnJob(place: WorkerPlace, signal: AbortSignal): Promise<Outcome | undefined> {
  let reader: MinibatchReader | undefined;
  try {
    return await runWorker({
      ...place,
      readPart: (plan, part, { pass, offset }) => {
        reader ??= openReader(plan);
        return reader.read([part], { pass, from: offset });
      },
      createLearner: ({ conf }) => new MinibatchLearner(conf),
      signal,
    });
  } catch (error) {
    const isOfJob =
      error instanceof DataError || (error instanceof StoreError && error.exitCode !== StoreExitCode.noAccess);
    if (!isOfJob) throw error;
    const outcome: Outcome = { status: 'failed', message: error.message, exitCode: error.exitCode };
    await place.state.publishOutcome(outcome);
    return outcome;
  } finally {
    await reader?.close();
  }
}

/** The job has a worker for each core that is there for it, so that threads would only get in their way. */
const openReader = ({ conf, seed }: JobPlan): MinibatchReader =>
  new MinibatchReader(conf.trainingData, {
    loss: conf.loss,
    minibatch: conf.minibatch,
    groups: false,
    seed,
    readAhead: conf.readAhead,
    threads: 0,
  });
