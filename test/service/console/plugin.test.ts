import Fastify, { type FastifyInstance } from 'fastify';
import { consolePage } from '../../../service/console/plugin';

let server: FastifyInstance;
const get = (url: string, accept?: string) => server.inject({ url, headers: accept === undefined ? {} : { accept } });

beforeAll(async () => {
  server = Fastify();
  await server.register(consolePage);
});
afterAll(() => server.close());

describe('the root', () => {
  it.each(['text/html', 'text/html,application/xhtml+xml,*/*;q=0.8', 'application/json, Text/HTML;q=0.5'])(
    'is the page for a client that accepts %s',
    async (accept) => {
      const response = await get('/', accept);
      expect(response.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', vary: 'accept' });
      expect(response.body).toBe((await get('/console/')).body);
    },
  );

  it.each([undefined, '*/*', 'text/*', 'text/plain', 'application/json'])(
    'is a plain 200 for a client that accepts %s',
    async (accept) => {
      const response = await get('/', accept);
      expect([response.headers['content-type'], response.body]).toEqual(['text/plain; charset=utf-8', '200']);
    },
  );
});

describe('the page', () => {
  it('may load and run nothing but its own files', async () => {
    const policy = (await get('/console/')).headers['content-security-policy'];
    expect(String(policy).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it('has neither scripts nor styles inside, which that policy forbids', async () => {
    const { body } = await get('/console/');
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/i);
  });

  it('finds every file that it and its scripts name', async () => {
    const { body } = await get('/console/');
    const named = [...body.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, url]) => url as string);
    for (const url of named.filter((name) => name.endsWith('.mjs'))) await followImports(url, named);
    const missing = [];
    for (const url of named) if ((await get(url)).statusCode !== 200) missing.push(url);

    expect(named).toContain('/console/elements.mjs');
    expect(missing).toEqual([]);
  });

  it.each([
    ['/console/console.css', 'text/css; charset=utf-8'],
    ['/console/console.mjs', 'text/javascript; charset=utf-8'],
    ['/console/icon.svg', 'image/svg+xml'],
  ])('gives %s its content type', async (url, type) => {
    const response = await get(url);
    expect(response.headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
  });
});

/** Adds the modules that a module imports, and those that they import. */
async function followImports(url: string, named: string[]): Promise<void> {
  const { body } = await get(url);
  for (const [, name] of body.matchAll(/from '\.\/([^']+)'/g)) {
    const imported = `/console/${name}`;
    if (named.includes(imported)) continue;
    named.push(imported);
    await followImports(imported, named);
  }
}
