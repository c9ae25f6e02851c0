import { isIPv4 } from 'node:net';

/** Whether a host name or address, without port, can only mean this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (name === '::1' || name === '[::1]') return true;
  return isIPv4(name) && name.startsWith('127.');
}

/** The host in a `Host` header, without its port; undefined if it is malformed. */
export const hostOf = (header: string): string | undefined =>
  /^(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{1,5})?$/i.exec(header)?.[1];

function isLoopbackOrigin(origin: string): boolean {
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return false;
  return isLoopbackHost(new URL(origin).hostname);
}

/** The headers by which a browser tells where a request comes from. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** Why a request across sites is refused. */
export const crossSiteRefusal = 'this service takes no requests from pages of other sites';

/** Whether a browser says that a page of another site made it send the request. */
export const isCrossSite = (headers: OriginHeaders): boolean => headers['sec-fetch-site'] === 'cross-site';

/** The header that was found to be local last: most clients send the same one again. */
let knownLocal: string | undefined;

function isLocal(header: string): boolean {
  if (header === knownLocal) return true;
  const host = hostOf(header);
  if (host === undefined || !isLoopbackHost(host)) return false;
  knownLocal = header;
  return true;
}

/**
 * Finds out whether a web page of another site sent the request: by a name that it made point here (DNS rebinding), or
 * across sites (CSRF).
 * @returns why the request is refused, or undefined
 */
export function foreignSite(headers: OriginHeaders): string | undefined {
  if (!isLocal(headers.host ?? '')) {
    return 'this service is for its own machine: address it as localhost or 127.0.0.1, or start it with --host';
  }
  // A GET without CORS has no Origin, which leaves the Fetch metadata.
  const foreign = headers.origin === undefined ? isCrossSite(headers) : !isLoopbackOrigin(headers.origin);
  return foreign ? crossSiteRefusal : undefined;
}
