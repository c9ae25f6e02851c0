/** The service refused the request; the message is the service's. */
export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const storageKey = 'modelapp-authorization';

/** Keeps a credential for this tab: a password if there is a user, else a key or token. */
export function signIn(user, secret) {
  const password = () => btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${secret}`)));
  sessionStorage.setItem(storageKey, user ? `Basic ${password()}` : `Bearer ${secret}`);
}

/** Whether requests carry a credential. */
export const isSignedIn = () => sessionStorage.getItem(storageKey) !== null;

/**
 * Asks the service. A request that names its version counts in no experiment.
 * @returns {Promise<{ status: number, version: string, body: any }>}
 * @throws {RequestError} for any answer but 2xx and 503
 */
export async function ask(path, { method = 'GET', body, version } = {}) {
  const authorization = sessionStorage.getItem(storageKey);
  const headers = {
    ...(authorization && { authorization }),
    ...(version && { 'x-modelapp-version': version }),
    ...(body && { 'content-type': 'application/json' }),
  };
  const response = await fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const answer = await response.json();
  if (!response.ok && response.status !== 503) throw new RequestError(response.status, answer.error);
  return { status: response.status, version: response.headers.get('x-modelapp-version'), body: answer };
}
