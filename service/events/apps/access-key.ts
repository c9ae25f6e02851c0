import { hash, randomBytes } from 'node:crypto';

/** What a key of the user's own choice must be. */
export const accessKeyRule = '1 to 64 of A-Z a-z 0-9 _ . ~ - and must not start with -';

export const isAccessKey = (text: string): boolean => /^(?!-)[A-Za-z0-9_.~-]{1,64}$/.test(text);

/** A new key of 384 random bits. */
export function generateAccessKey(): string {
  for (;;) {
    const key = randomBytes(48).toString('base64url');
    // A command line would take it for an option.
    if (!key.startsWith('-')) return key;
  }
}

/** The form in which a key is stored and looked up. */
export const accessKeyHash = (key: string): Buffer => hash('sha256', key, 'buffer');

/** What may be shown of a key: its beginning, unless too little were left to guess. */
export const maskAccessKey = (key: string): string => (key.length < 16 ? '****' : `${key.slice(0, 4)}****`);

/** All that is kept of a key. */
export interface StoredKey {
  readonly hash: Buffer;
  readonly mask: string;
}

/** A key in the form in which it is stored, for who hands it on without telling it; no key of a user's looks like that. */
export const accessKeyDigest = (key: string): string =>
  `sha256:${accessKeyHash(key).toString('hex')}:${maskAccessKey(key)}`;

const digest = /^sha256:([0-9a-f]{64}):((?:[A-Za-z0-9_.~-]{4})?\*{4})$/;

/**
 * What is kept of a new key.
 * @param text the key, or its digest
 * @returns undefined if it is neither
 */
export function storedKey(text: string): StoredKey | undefined {
  if (isAccessKey(text)) return { hash: accessKeyHash(text), mask: maskAccessKey(text) };
  const [, hash, mask] = digest.exec(text) ?? [];
  return hash && mask ? { hash: Buffer.from(hash, 'hex'), mask } : undefined;
}
