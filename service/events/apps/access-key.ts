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
