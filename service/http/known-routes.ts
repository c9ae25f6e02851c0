import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';

const methods: readonly HTTPMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A path that routes exist for. */
export interface KnownPath {
  /** What may be asked of it. */
  readonly methods: readonly string[];
  /** Of the first of its routes. */
  readonly config: FastifyContextConfig;
}

/**
 * Watches which routes are registered from now on, since Fastify's own router does not tell a path that is unknown from
 * one that was asked with the wrong method.
 * @returns looks up a URL; undefined if no route has its path
 */
export function watchRoutes(server: FastifyInstance, maxParamLength: number): (url: string) => KnownPath | undefined {
  const router = findMyWay({ maxParamLength, defaultRoute: () => undefined });
  server.addHook('onRoute', ({ method, url, config = {} }) => {
    for (const routeMethod of [method].flat() as HTTPMethod[]) {
      if (!router.hasRoute(routeMethod, url)) router.on(routeMethod, url, () => undefined, config);
    }
  });
  return (url) => {
    const path = url.split('?', 1)[0] as string;
    const found = methods.flatMap((method) => {
      const route = router.find(method, path);
      return route ? [{ method, config: route.store as FastifyContextConfig }] : [];
    });
    const [first] = found;
    return first && { methods: found.map(({ method }) => method), config: first.config };
  };
}
