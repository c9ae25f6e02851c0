/** With which loading ends if it may succeed later: a setting is not there yet, or a script says so. */
export const transientCode = 3;

/** Why events could not be loaded. */
export class LoaderError extends Error {
  override readonly name = 'LoaderError';
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}
