import { type JWTPayload, jwtVerify } from 'jose';
import type { AuthConfig } from '../../config/schema';
import { HttpError } from '../http/errors';
import type { Caller, Scope } from './caller';
import { createSigningKeys } from './signing-keys';

type OidcConfig = NonNullable<AuthConfig['oidc']>;

/** Signatures with a public key only: with HMAC, whoever can read the JWKS could sign. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/**
 * Makes the check of access tokens of an OpenID Connect issuer: signature, `iss`, `aud`, `exp`, `nbf`.
 * @param now milliseconds since the epoch
 * @returns a check that throws {HttpError} 503 while the issuer's keys are not available
 */
export function createTokenCheck(oidc: OidcConfig, now: () => number): (token: string) => Promise<Caller | undefined> {
  const keys = createSigningKeys(oidc.jwksUri, now);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer: oidc.issuer,
        audience: oidc.audience,
        requiredClaims: ['exp'],
        clockTolerance: 30,
        currentDate: new Date(now()),
      });
      return { name: payload.sub ?? 'token', scopes: scopesOf(payload, oidc) };
    } catch (error) {
      if (error instanceof HttpError) throw error;
      return undefined;
    }
  };
}

/** Scopes stand in `scope` (RFC 8693), `scp` (Microsoft, Okta) or a claim of the issuer's own; text or list. */
function scopesOf(payload: JWTPayload, { scopeClaim, predictScope, adminScope }: OidcConfig): Scope[] {
  const granted = ['scope', 'scp', ...(scopeClaim === undefined ? [] : [scopeClaim])]
    .map((claim) => payload[claim])
    .flatMap((value) => (typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []));
  const names = { predict: predictScope, admin: adminScope };
  return (['predict', 'admin'] as const).filter((scope) => granted.includes(names[scope]));
}
