/** There is no such revision of the model; HTTP 404. */
export class UnknownRevisionError extends Error {
  override readonly name = 'UnknownRevisionError';
  constructor(model: string, revision: number) {
    super(`the model '${model}' has no revision ${revision}`);
  }
}

/** What is asked for contradicts what is active now; HTTP 409. */
export class RevisionConflictError extends Error {
  override readonly name = 'RevisionConflictError';
}

/** The training lost its lease, so that another may have taken over: what it made is not published. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor(model: string) {
    super(`the training of '${model}' was cancelled or took too long to show a sign of life`);
  }
}

/** The file of a revision is absent, damaged, or made for another configuration: it cannot serve. */
export class UnusableRevisionError extends Error {
  override readonly name = 'UnusableRevisionError';
}
