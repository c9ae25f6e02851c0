import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Caller, Scope } from './caller';

/** An API key as configured: known by its digest alone. */
export interface ApiKey {
  readonly name: string;
  /** SHA-256 of the key, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
}

/** A new key of 256 random bits; the prefix lets secret scanners recognise a leaked one. */
export const createKey = (): string => `modelapp_${randomBytes(32).toString('base64url')}`;

/** The form in which a key is stored. A key has full entropy, so that a fast hash is enough. */
export const keyDigest = (key: string): string => hash('sha256', key);

/** Makes the check of a sent key against the known ones. */
export function createApiKeyCheck(keys: readonly ApiKey[]): (key: string) => Caller | undefined {
  const known = keys.map(({ name, sha256, scopes }) => ({
    digest: Buffer.from(sha256, 'hex'),
    caller: { name, scopes },
  }));
  return (key) => {
    const digest = hash('sha256', key, 'buffer');
    // Every digest is compared, so that the time does not tell which of them came close.
    const fitting = known.filter((entry) => timingSafeEqual(entry.digest, digest));
    return fitting[0]?.caller;
  };
}
