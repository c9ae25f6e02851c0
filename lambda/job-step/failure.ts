/** Why a job ends without a model, as its execution names it, and the exit code of the command that watches it. */
export const failureExitCodes = {
  /** What the scheduler's own exit codes mean. */
  JobFailed: 1,
  InvalidJob: 2,
  DataAbsent: 3,
  NoAccess: 4,
  DataRefused: 5,
  /** Another job runs. */
  Busy: 1,
  /** The machines did not come, or went and did not come back. */
  NoCapacity: 1,
  TimedOut: 1,
  /** A task ended too often. */
  TaskFailed: 1,
  /** The job ended well, but its output is not what its manifest says. */
  OutputInvalid: 1,
  /** The fleet still has machines, long after it was told to end them. */
  MachinesLeft: 1,
  /** AWS throttles, or is out of reach. */
  Unavailable: 4,
} as const;

export type FailureName = keyof typeof failureExitCodes;

/** Ends a job; the name is what the state machine looks at, the message is for people. */
export class JobFailure extends Error {
  constructor(
    override readonly name: FailureName,
    message: string,
  ) {
    super(message);
  }
}

/** The failure that a scheduler's exit code tells. */
export const schedulerFailure = (exitCode: number | undefined): FailureName =>
  (['JobFailed', 'InvalidJob', 'DataAbsent', 'NoAccess', 'DataRefused'] as const)[(exitCode ?? 1) - 1] ?? 'JobFailed';

/** What Step Functions keeps of an error. */
export interface CaughtError {
  readonly Error: string;
  /** Of an error that a function threw a JSON document. */
  readonly Cause?: string;
}

/** Says of a caught error what a person can read. */
export function messageOf({ Error: name, Cause = '' }: CaughtError): string {
  try {
    const { errorMessage } = JSON.parse(Cause) as { readonly errorMessage?: unknown };
    if (typeof errorMessage === 'string' && errorMessage) return errorMessage;
  } catch {
    // Not every cause is a document.
  }
  return Cause || name;
}
