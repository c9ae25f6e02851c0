import { type CaughtError, JobFailure } from './failure';
import type { Execution, JobState } from './job-state';
import type { JobResult } from './output/model-trained';
import { beginScheduler, beginServers } from './steps/begin';
import { raise, ready } from './steps/capacity';
import { claim } from './steps/claim';
import { type CleanupState, cleanup } from './steps/cleanup';
import { collect } from './steps/collect';
import { work } from './steps/work';

/** What the state machine asks for. Its clock is ours, so that a step that is repeated does the same again. */
interface Request {
  readonly execution: Execution;
  /** When the state was entered, in ISO 8601. */
  readonly now: string;
}

/** One state of the machine, with what it is given. */
export type StepRequest =
  | (Request & { readonly step: 'Claim' })
  | (Request & { readonly step: keyof typeof steps; readonly job: JobState })
  | (Request & { readonly step: 'Collect'; readonly job: JobState })
  | (Request & { readonly step: 'Cleanup'; readonly state: MachineState });

/** The whole state of an execution, as far as its cleanup reads it. */
interface MachineState {
  readonly failure?: CaughtError;
  readonly cleanup?: CleanupState;
}

/** The steps that make of a job's state the next one. */
const steps = {
  Raise: raise,
  Ready: ready,
  Servers: beginServers,
  Scheduler: beginScheduler,
  Work: work,
} as const;

/** Does the work of one state. Each step may be repeated: it starts nothing twice. */
export async function handler(request: StepRequest): Promise<JobState | JobResult | CleanupState> {
  try {
    return await doStep(request);
  } catch (error) {
    throw isPassing(error) ? new JobFailure('Unavailable', `AWS: ${(error as Error).message}`) : error;
  }
}

async function doStep(request: StepRequest): Promise<JobState | JobResult | CleanupState> {
  const now = Date.parse(request.now);
  switch (request.step) {
    case 'Claim':
      return claim(request.execution, now);
    case 'Collect':
      return collect(request.job);
    case 'Cleanup':
      return cleanup(request.execution, now, request.state.failure, request.state.cleanup);
    default:
      return steps[request.step]({ ...request.job, round: request.job.round + 1 }, now);
  }
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $fault?: 'client' | 'server';
}

/** Whether the same may go well a little later: AWS throttles, fails, or is out of reach. */
function isPassing(error: unknown): boolean {
  const { name = '', code = '', $fault } = error as SdkError;
  return (
    $fault === 'server' ||
    /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|PriorRequestNotComplete|TimeoutError)/.test(name) ||
    /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN)/.test(code)
  );
}
