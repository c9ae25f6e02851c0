import { MinibatchReader } from '../data/minibatch-reader';
import { DataError } from '../data-error';
import { MinibatchLearner } from '../online/minibatch-learner';
import { Servers, type StoreAddress } from '../store/servers/servers';
import { StoreError, StoreExitCode } from '../store/store-error';
import { type JobPlan, type Outcome, publishOutcome } from './state/job-plan';
import { JobState } from './state/job-state';
import { runWorker } from './worker';

/**
 * Works on a job of online training until it has an outcome, or until the signal aborts.
 * @returns the outcome; undefined if the signal aborted, when the part at hand is given back
 * @throws {StoreError} if the servers or the scheduler stay away
 */
export async function trainAsWorker(
  address: StoreAddress,
  job: string,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const servers = await Servers.connect(address);
  const state = new JobState(servers, job);
  let reader: MinibatchReader | undefined;
  try {
    return await runWorker({
      state,
      servers,
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
    await publishOutcome(state, outcome);
    return outcome;
  } finally {
    await reader?.close();
    servers.close();
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
