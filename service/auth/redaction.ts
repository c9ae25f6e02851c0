/** Paths for pino's `redact`: the request headers that carry credentials. */
export const redactedHeaders: readonly string[] = [
  'req.headers.authorization',
  'req.headers["x-api-key"]',
  'req.headers.cookie',
  'req.headers["proxy-authorization"]',
];

/**
 * A request's URL as logs may show it: cut off where the value of `accessKey` starts, however that name is spelled. What
 * follows goes too, since characters that a client forgot to escape may belong to the key.
 */
export function redactUrl(url: string): string {
  for (const parameter of url.matchAll(/[?#&;]([^=?#&;]*)=/g)) {
    const end = parameter.index + parameter[0].length;
    if (isAccessKey(parameter[1] as string)) return `${url.slice(0, end)}[redacted]`;
  }
  return url;
}

function isAccessKey(name: string): boolean {
  try {
    return decodeURIComponent(name).toLowerCase() === 'accesskey';
  } catch {
    return false;
  }
}
