import { isTransient, reasonOf } from '../aws/errors';
import type { AwsSession } from '../aws/session';
import { InterruptedError, Interruption } from '../interruption';
import { followLines } from '../look/log-lines';
import { print, progress } from '../output';
import { doingOf, type Job, readJob } from './jobs';
import type { TrainingPlace } from './place';

/** A job that has ended. */
export type EndedJob = Exclude<Job, { readonly state: 'running' }>;

/**
 * Prints what the scheduler of a job writes, until the job has ended.
 * @throws {InterruptedError} at Ctrl-C, which ends the watching only, as is told
 */
export async function watchJob(
  session: AwsSession,
  place: TrainingPlace,
  id: string,
  json: boolean,
): Promise<EndedJob> {
  const interruption = new Interruption();
  try {
    return await interruption.orStop(follow(session, place, id, { json, signal: interruption.signal }));
  } catch (error) {
    if (error instanceof InterruptedError) {
      progress(`${id} goes on. To watch it: modelapp train --attach ${id}; to end it: modelapp train --stop ${id}`);
    }
    throw error;
  } finally {
    interruption.release();
  }
}

interface FollowJobOptions {
  readonly json: boolean;
  /** Aborts when nobody watches any more. */
  readonly signal: AbortSignal;
}

async function follow(
  session: AwsSession,
  place: TrainingPlace,
  id: string,
  { json, signal }: FollowJobOptions,
): Promise<EndedJob> {
  let job = await readJob(session, place, id);
  let told: string | undefined;
  const ended = async () => {
    if (signal.aborted) return true;
    job = await readJob(session, place, id);
    const doing = await doingOf(session, place, id);
    if (doing && doing !== told && !signal.aborted) progress(`${id} ${doing}`);
    told = doing ?? told;
    return job.state !== 'running';
  };
  const onFailure = (error: unknown) => {
    const passing = isTransient(error) && !signal.aborted;
    if (passing) progress(`modelapp: ${reasonOf(error)}; trying again`);
    return passing;
  };
  const query = { groups: place.logGroups, since: job.startedAt.getTime() };
  for await (const { at, text } of followLines(session, query, { ended, onFailure })) {
    if (!signal.aborted) print(json ? JSON.stringify({ type: 'log', at, text }) : text);
  }
  if (job.state === 'running') throw signal.reason;
  return job;
}
