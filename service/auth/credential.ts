/** A credential as sent, not yet checked. */
export type Credential =
  | { readonly kind: 'apiKey'; readonly key: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

/** The parts of a request that may carry a credential. */
export interface CredentialSource {
  /** Names and values by turns, as Node gives them: the only view that shows repeated headers. */
  readonly rawHeaders: readonly string[];
  /** The query parameter `accessKey`, where the route takes it. */
  readonly accessKey?: unknown;
}

/**
 * Reads the one credential that decides: `Authorization` if sent, else `x-api-key`, else `accessKey`.
 * @returns 'missing' if there is none, 'malformed' if the deciding one cannot be read or is sent twice
 */
export function readCredential({ rawHeaders, accessKey }: CredentialSource): Credential | 'missing' | 'malformed' {
  const authorization = headerValues(rawHeaders, 'authorization');
  if (authorization.length > 0) return (single(authorization) && parseAuthorization(authorization[0])) || 'malformed';
  const apiKey = headerValues(rawHeaders, 'x-api-key');
  if (apiKey.length > 0) return (single(apiKey) && toApiKey(apiKey[0])) || 'malformed';
  if (accessKey === undefined) return 'missing';
  return (typeof accessKey === 'string' && toApiKey(accessKey)) || 'malformed';
}

function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

const single = (values: readonly string[]): values is readonly [string] => values.length === 1;

const toApiKey = (key: string): Credential | undefined => (key ? { kind: 'apiKey', key } : undefined);

/** Parses the value of an `Authorization` header; undefined for an unknown scheme or a malformed value. */
export function parseAuthorization(header: string): Credential | undefined {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return parseBasic(value);
    case 'bearer':
      return isJwt(value) ? { kind: 'token', token: value } : toApiKey(value);
    case 'apikey':
      return toApiKey(value);
    default:
      return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 7617 in UTF-8: the first colon ends the user, so a password may hold more of them. */
function parseBasic(base64: string): Credential | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  try {
    const text = utf8.decode(Buffer.from(base64, 'base64'));
    const colon = text.indexOf(':');
    return colon > 0 ? { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
  } catch {
    return undefined;
  }
}

/** A JWT has three parts, of which the first is a JSON object; an API key with two dots in it is not one. */
function isJwt(value: string): boolean {
  const [, header] = /^([\w-]+)\.[\w-]*\.[\w-]*$/.exec(value) ?? [];
  if (header === undefined) return false;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return typeof decoded === 'object' && decoded !== null;
  } catch {
    return false;
  }
}
