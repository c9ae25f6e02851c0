import type { HttpError } from './errors';

/** Turns an error into the body that the clients of one protocol expect. */
export type Envelope = (error: HttpError) => unknown;

/** Native, ml-aws, Velox and unknown paths. */
export const nativeEnvelope: Envelope = ({ message, options }) => ({
  error: message,
  ...(options.field !== undefined && { field: options.field }),
  ...options.details,
});

/** Open Inference Protocol: the message alone. */
export const openInferenceEnvelope: Envelope = ({ message }) => ({ error: message });

/** Palladium: an error is metadata like any other, and the service's own metadata comes last. */
export const palladiumEnvelope =
  (serviceMetadata: Readonly<Record<string, unknown>>): Envelope =>
  ({ message, options }) => ({
    metadata: { status: 'ERROR', error_code: options.code ?? -1, error_message: message, ...serviceMetadata },
  });

/** PredictionIO: the message alone. */
export const pioEnvelope: Envelope = ({ message }) => ({ message });

const invocationCodes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  500: 'INTERNAL_ERROR',
  503: 'TEMPORARILY_UNAVAILABLE',
};

/** SageMaker and MLflow: a code word beside the message. */
export const invocationsEnvelope: Envelope = ({ status, message }) => ({
  error_code: invocationCodes[status] ?? 'BAD_REQUEST',
  message,
});
