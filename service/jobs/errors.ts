/** A threshold is asked for, but the model holds out no test data to check it with; HTTP 400. */
export class MissingTestDataError extends Error {
  override readonly name = 'MissingTestDataError';
  constructor(model: string) {
    super(`a score threshold needs test data: set models.${model}.evaluation.testFraction above 0`);
  }
}

/** Another training of the model goes on. */
export class TrainingLockedError extends Error {
  override readonly name = 'TrainingLockedError';
  constructor(model: string) {
    super(`another training of '${model}' goes on; wait for its end or cancel its job`);
  }
}
