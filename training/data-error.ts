/** Exit codes of a command that refuses its data. */
export const DataExitCode = { absent: 3, noAccess: 4, refused: 5 } as const;

/** Data that cannot be trained on; the message is one line for the user, naming the file. */
export class DataError extends Error {
  override readonly name = 'DataError';
  constructor(
    message: string,
    /** With which the command ends. */
    readonly exitCode: (typeof DataExitCode)[keyof typeof DataExitCode] = DataExitCode.refused,
  ) {
    super(message);
  }
}
