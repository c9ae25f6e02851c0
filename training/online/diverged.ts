import { StoreError, StoreExitCode } from '../store/store-error';

/** Ends a training whose loss is no longer finite. */
export const diverged = (): StoreError =>
  new StoreError(
    'the model diverged: the loss is not finite; use a smaller learning_rate alpha, or scale the values of the data',
    StoreExitCode.failed,
  );
