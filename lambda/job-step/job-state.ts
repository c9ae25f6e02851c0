import type { JobSize, TaskName } from '../../config/training/training-task';
import { JobFailure } from './failure';
import type { ConfInput, ModelInput } from './job-input';
import { settings } from './settings';

/** How a task ended. */
export interface TaskEnd {
  readonly exitCode?: number;
  /** In words of ECS. */
  readonly reason: string;
  /** Whether its machine went, rather than the task failed. */
  readonly taken: boolean;
}

/** One task of a job, and its last start. */
export interface TaskState extends TaskName {
  /** How often it was started. */
  readonly starts: number;
  /** How often it failed by itself. */
  readonly faults: number;
  /** Of its last start; absent until it has been started, or if it is to be started again. */
  readonly arn?: string;
  readonly address?: string;
  readonly end?: TaskEnd;
  /** Why it could not be started at the last attempt. */
  readonly refusal?: string;
}

/** What comes after a step: the same again in a while, the next, or the machines once more. */
export type Next = 'again' | 'on' | 'resume';

/** What a job trains by, beside its size: a configuration, or a model and nothing of a configuration. */
type Training =
  | (Omit<ConfInput, keyof JobSize> & { readonly model?: undefined })
  | (ModelInput & { readonly [Field in Exclude<keyof ConfInput, keyof JobSize>]?: undefined });

/**
 * A job between two steps, as its execution keeps it. The job of a model has one task, in the place of the scheduler.
 * Times are milliseconds since the epoch.
 */
export type JobState = JobProgress & JobSize & Training;

interface JobProgress {
  readonly id: string;
  /** End of the job's time. */
  readonly deadline: number;
  /** End of the wait for machines and for the tasks that the others need. */
  readonly waitUntil: number;
  /** When a worker was last seen. */
  readonly workedAt: number;
  /** Number of the step: a step that is repeated after an error of AWS has the number of the first try. */
  readonly round: number;
  /** How often the job went on from its checkpoint. */
  readonly resumes: number;
  readonly tasks: readonly TaskState[];
  readonly next: Next;
}

/** What Step Functions tells of an execution. */
export interface Execution {
  /** ARN. */
  readonly arn: string;
  /** The name, and id of the job. */
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly input: unknown;
}

/** The wait that begins now. */
export const waitFrom = (now: number): number => now + settings().capacityWaitMinutes * 60_000;

/** @throws {JobFailure} `TimedOut` past the job's deadline */
export function refuseLate({ deadline }: JobState, now: number): void {
  if (now > deadline) throw new JobFailure('TimedOut', `the job took longer than ${settings().maxJobHours} hours`);
}
