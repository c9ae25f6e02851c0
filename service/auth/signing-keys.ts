import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { unavailable } from '../http/errors';

/** How long after one fetch an unknown key id may cause the next, in milliseconds. */
const refetchMs = 30_000;
/** How long the first fetch is not repeated after it failed. */
const retryMs = 1_000;
/** Age at which the keys are fetched again, so that a withdrawn one loses its power. */
const maxAgeMs = 600_000;

/**
 * The issuer's public keys, from its JWKS. Keys once fetched stay in use while the issuer is away.
 * @param now milliseconds since the epoch
 * @returns a resolver that throws {HttpError} 503 as long as no keys could be fetched
 */
export function createSigningKeys(jwksUri: string, now: () => number): JWTVerifyGetKey {
  // jose counts its intervals from successes only, so an absent issuer would be asked on every request: it is told
  // never to fetch by itself.
  const keys = createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: Infinity, cacheMaxAge: Infinity });
  let loaded = false;
  let fetchedAt = -Infinity;

  /** Fetches unless that was tried less than `interval` ago; callers that come meanwhile wait for the same fetch. */
  async function refresh(interval: number): Promise<void> {
    if (!keys.reloading) {
      if (now() - fetchedAt < interval) return;
      fetchedAt = now();
    }
    try {
      await keys.reload();
      loaded = true;
    } catch {
      // What was fetched before stays in use.
    }
  }

  return async (header, token) => {
    if (!loaded) await refresh(retryMs);
    else if (now() - fetchedAt >= maxAgeMs) await refresh(maxAgeMs);
    if (!loaded) throw unavailable('the signing keys of the token issuer are not available; try again');
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh(refetchMs);
      return keys(header, token);
    }
  };
}
