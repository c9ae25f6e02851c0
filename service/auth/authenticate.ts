import type { AuthConfig } from '../../config/schema';
import { createApiKeyCheck, keyDigest } from './api-key';
import { createBasicCheck } from './basic';
import { createTokenCheck } from './bearer';
import type { Caller } from './caller';
import type { Credential } from './credential';
import type { KeyPair } from './generated-keys';

/** Checks credentials of every configured scheme. */
export interface Authenticator {
  /** Value of `WWW-Authenticate`: one challenge per configured scheme. */
  readonly challenge: string;
  /** Who sent the credential, or undefined if it is wrong. Throws {HttpError} 503 if it cannot be checked now. */
  authenticate(credential: Credential): Promise<Caller | undefined>;
}

/**
 * Makes the authenticator of a configuration.
 * @param keys keys beside the configured ones
 * @param now milliseconds since the epoch
 * @throws {ConfigError} naming the entry that cannot be used
 */
export function createAuthenticator(auth: AuthConfig, keys: KeyPair | undefined, now = Date.now): Authenticator {
  const generated = (['predict', 'admin'] as const).flatMap((scope) =>
    keys ? [{ name: `the ${scope} key`, sha256: keyDigest(keys[scope]), scopes: [scope] }] : [],
  );
  const apiKeys = [...auth.apiKeys, ...generated];
  const checkKey = createApiKeyCheck(apiKeys);
  const checkPassword = createBasicCheck(auth.basic, now);
  const checkToken = auth.oidc && createTokenCheck(auth.oidc, now);
  const challenges = [
    ...(apiKeys.length > 0 ? ['ApiKey realm="modelapp"'] : []),
    ...(auth.basic.length > 0 ? ['Basic realm="modelapp", charset="UTF-8"'] : []),
    ...(auth.oidc ? ['Bearer realm="modelapp"'] : []),
  ];
  return {
    challenge: challenges.join(', '),
    async authenticate(credential) {
      switch (credential.kind) {
        case 'apiKey':
          return checkKey(credential.key);
        case 'basic':
          return checkPassword(credential.user, credential.password);
        case 'token':
          return checkToken?.(credential.token);
      }
    },
  };
}
