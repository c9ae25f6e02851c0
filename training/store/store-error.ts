/** Exit codes of a job that its parameter store ends. */
export const StoreExitCode = { failed: 1, usage: 2, noAccess: 4 } as const;
export type StoreExitCode = (typeof StoreExitCode)[keyof typeof StoreExitCode];

/** The parameter store cannot go on; the message is one line for the user that says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  constructor(
    message: string,
    /** With which the command ends. */
    readonly exitCode: StoreExitCode,
  ) {
    super(message);
  }
}
