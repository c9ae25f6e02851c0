import type { FastifyReply } from 'fastify';

/** Answers a JSON value that stands alone; Fastify would take a text for plain text, and null for no body. */
export function bareValue(reply: FastifyReply, value: unknown): string {
  reply.type('application/json; charset=utf-8');
  return JSON.stringify(value);
}
