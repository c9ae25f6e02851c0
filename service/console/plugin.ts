import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';

/** The page talks to its own service only, and runs nothing but its own files. */
const contentSecurityPolicy = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'connect-src'].map((source) => `${source} 'self'`),
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** The files of the page: in the source tree and in a bundle they lie beside the code. */
const folder = join(__dirname, 'page');

const files: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'console.css': 'text/css; charset=utf-8',
  'console.mjs': 'text/javascript; charset=utf-8',
  'api.mjs': 'text/javascript; charset=utf-8',
  'elements.mjs': 'text/javascript; charset=utf-8',
  'overview.mjs': 'text/javascript; charset=utf-8',
  'try.mjs': 'text/javascript; charset=utf-8',
};

/** The web page, and the root that it shares with health checks: a plain `200`, unless a browser asks. */
export const consolePage: FastifyPluginAsync = async (server) => {
  const contents = new Map(Object.keys(files).map((name) => [name, readFileSync(join(folder, name))]));
  const route = { config: { access: 'open' }, schema: { hide: true } } as const;

  const send = (reply: FastifyReply, name: string) =>
    reply
      .headers(headers)
      .type(files[name] as string)
      .send(contents.get(name));

  server.route({
    ...route,
    method: ['GET', 'HEAD'],
    url: '/',
    handler: async (request, reply) => {
      reply.header('vary', 'accept');
      if (namesHtml(request.headers.accept)) return send(reply, 'index.html');
      return reply.type('text/plain; charset=utf-8').send('200');
    },
  });

  for (const name of contents.keys()) {
    const url = `/console/${name === 'index.html' ? '' : name}`;
    server.route({ ...route, method: 'GET', url, handler: async (_request, reply) => send(reply, name) });
  }
};

/** Browsers name `text/html`; a client that takes anything is none. */
const namesHtml = (accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === 'text/html');
