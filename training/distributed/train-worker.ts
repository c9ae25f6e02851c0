import { Servers, type StoreAddress } from '../store/servers/servers';
import { isBatch, readAnyPlan } from './batch/batch-plan';
import { workOnBatch } from './batch/work-on-batch';
import { placeOnServers } from './on-servers';
import type { Outcome } from './state/job-plan';
import { ValkeyJobState } from './state/valkey/valkey-job-state';
import { workOnJob } from './work-on-job';
import { awaitPlan } from './worker';

/**
 * Works on a job on servers until it has an outcome, or until the signal aborts.
 * @returns the outcome; undefined if the signal aborted, when what is at hand is given back
 * @param warn is told of what is no reason to stop
 * @throws {StoreError} if the servers or the scheduler stay away
 */
export async function trainAsWorker(
  address: StoreAddress,
  job: string,
  signal: AbortSignal,
  warn: (text: string) => void = () => {},
): Promise<Outcome | undefined> {
  const servers = await Servers.connect(address);
  try {
    const state = new ValkeyJobState(servers, job);
    const { awaitWork, records } = state;
    const plan = await awaitPlan({ job, awaitWork, readPlan: () => readAnyPlan(records) }, signal);
    if (isBatch(plan)) return await workOnBatch({ state, address, warn, signal });
    return await workOnJob(placeOnServers(servers, job), signal);
  } finally {
    servers.close();
  }
}
