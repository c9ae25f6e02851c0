import { newTimeOrderedId } from '../time-ordered-id';

/** A new prediction id: UUIDv7, so that ids sort by time. */
export const newPredictionId = (): string => newTimeOrderedId().toString();
