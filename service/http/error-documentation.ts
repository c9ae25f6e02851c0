import type { FastifySchema } from 'fastify';
import { type Envelope, nativeEnvelope } from './envelopes';
import { HttpError } from './errors';
import type { Access } from './route-config';

/** What decides which errors a route answers, and in which shape. */
interface RouteErrors {
  readonly methods: readonly string[];
  readonly access: Access;
  readonly envelope: Envelope | undefined;
  /** Statuses of the route's own, beside those that follow from the rest. */
  readonly errors: readonly number[] | undefined;
}

const reasons: Readonly<Record<number, string>> = {
  400: 'The request is wrong; the message names the field.',
  401: 'A credential is missing or wrong.',
  403: 'The credential lacks the scope, or the request comes from another site.',
  404: 'There is nothing of this name.',
  409: 'The request conflicts with what is stored.',
  413: 'The body is too large.',
  415: 'The content type or its charset is not supported.',
  500: 'The model failed.',
  503: 'Not now: no model is loaded, the prediction log is full, or the database is away. See `Retry-After`.',
};

/** Adds the errors of a route to its schema, each with the body that is sent, and words to its answer. */
export function documentErrors(
  schema: FastifySchema,
  { methods, access, envelope, errors }: RouteErrors,
): FastifySchema {
  const statuses = [
    ...(access === 'open' ? [] : [401, 403]),
    ...(methods.includes('POST') ? [400, 413, 415] : []),
    ...(errors ?? []),
  ];
  const response = answers(schema?.response as Readonly<Record<string, object>> | undefined);
  for (const status of statuses) {
    const description = reasons[status] ?? '';
    const body = (envelope ?? nativeEnvelope)(new HttpError(status, description));
    response[status] ??= { description, ...schemaOf(body), examples: [body] };
  }
  return { ...schema, response };
}

function answers(schemas: Readonly<Record<string, object>> = { 200: {} }): Record<string, object> {
  const described = Object.entries(schemas).map(([status, schema]) => {
    const description = reasons[Number(status)] ?? 'The answer.';
    return [status, { description, ...schema }] as const;
  });
  return Object.fromEntries(described);
}

/** The schema of a body, from the body itself. */
function schemaOf(value: unknown): object {
  if (typeof value !== 'object' || value === null) return { type: typeof value };
  const properties = Object.entries(value).map(([key, inner]) => [key, schemaOf(inner)] as const);
  return { type: 'object', properties: Object.fromEntries(properties) };
}
