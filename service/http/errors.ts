/** What an `HttpError` carries beside status and message. */
export interface HttpErrorOptions {
  /** Path of the faulty field: `inputs.sepal_width`, `[3].age`. */
  readonly field?: string;
  /** Response headers, for example `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The error code of protocols that have one; Palladium's is −1 by default. */
  readonly code?: number;
  /** More keys of the native envelope, for example the prediction id of a conflict. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An answer other than 2xx, made on purpose: the message is safe and useful to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly status: number,
    message: string,
    readonly options: HttpErrorOptions = {},
  ) {
    super(message);
  }
}

/** 400: the request is wrong at `field`. */
export const badRequest = (message: string, field?: string): HttpError =>
  new HttpError(400, message, field === undefined ? {} : { field });

/** 503: the client should try again after `retryAfter` seconds. */
export const unavailable = (message: string, retryAfter = 1): HttpError =>
  new HttpError(503, message, { headers: { 'retry-after': String(retryAfter) } });
