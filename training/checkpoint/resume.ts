import { StoreError, StoreExitCode } from '../store/store-error';

/** Told to who wants to resume what was never saved. */
export const nothingToResume = 'there is no whole checkpoint to resume from; the training starts anew';

/**
 * Lets a job go on only in the way in which it began.
 * @param isSo whether its checkpoint is of that way
 * @param began the other way
 * @throws {StoreError} if it is not
 */
export function requireSameWay(isSo: boolean, began: string): void {
  if (isSo) return;
  throw new StoreError(`the job began with ${began}; resume it so, or train without --resume`, StoreExitCode.usage);
}

/**
 * Lets a job go on only as what it was.
 * @param saved the fingerprint that it began with
 * @throws {StoreError} if the configuration has another
 */
export function requireSameConf(saved: string, fingerprint: string): void {
  if (saved === fingerprint) return;
  throw new StoreError(
    'the configuration is not the one that the job began with; resume with that one, or train without --resume',
    StoreExitCode.usage,
  );
}
