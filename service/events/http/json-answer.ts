import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Sends JSON text, whole or in pieces. */
export const sendJson = (reply: FastifyReply, body: string | Readable): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(body);

/** Pieces of about this size go out together, in characters. */
const pieceSize = 65_536;

/**
 * A JSON array of items that are JSON already, in pieces.
 * @returns undefined without items
 * @throws what the items throw before the first of them; what comes later breaks the stream off
 */
export async function arrayStream(items: AsyncIterable<string>): Promise<Readable | undefined> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return undefined;
  const stream = Readable.from(pieces(first.value, iterator), { objectMode: false });
  // A client that goes away ends the query, also before it has read anything: the pieces hear of that only if they were
  // begun.
  return stream.once('close', () => void iterator.return?.());
}

async function* pieces(first: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  let piece = `[${first}`;
  for (;;) {
    const next = await rest.next();
    if (next.done) break;
    piece += `,${next.value}`;
    if (piece.length < pieceSize) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]`;
}
