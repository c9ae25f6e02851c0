import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** A stored password: the parameters of scrypt, the salt and the derived key. */
export interface PasswordHash {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** OWASP's password storage parameters of the least memory: 16 MiB per check, about 0.2 s. */
const defaults = { cost: 2 ** 14, blockSize: 8, parallelization: 5 };
const maxMemory = 256 * 1024 ** 2;

/** RFC 7617 by way of RFC 8265: one spelling of a password, whatever the keyboard composed. */
const prepare = (password: string): string => password.normalize('NFC');

function deriveKey(password: string, { cost, blockSize, parallelization, salt, key }: PasswordHash): Promise<Buffer> {
  const options = { cost, blockSize, parallelization, maxmem: 2 * maxMemory };
  return derive(prepare(password), salt, key.length, options);
}

/** Hashes a password for the configuration: `scrypt$N$r$p$salt$hash`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const parameters = { ...defaults, salt: randomBytes(16), key: Buffer.alloc(32) };
  const key = await deriveKey(password, parameters);
  const { cost, blockSize, parallelization, salt } = parameters;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64'), key.toString('base64')].join('$');
}

/**
 * Parses `scrypt$N$r$p$salt$hash`.
 * @returns undefined if it is malformed, or needs more than 256 MiB for one check
 */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const number = '([1-9]\\d{0,7})';
  const bytes = '([A-Za-z0-9+/]+={0,2})';
  const match = new RegExp(`^scrypt\\$${number}\\$${number}\\$${number}\\$${bytes}\\$${bytes}$`).exec(text);
  if (!match) return undefined;
  const [cost, blockSize, parallelization] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, key] = match.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer];
  const powerOfTwo = cost > 1 && Number.isInteger(Math.log2(cost));
  const affordable = 128 * cost * blockSize <= maxMemory && parallelization <= 16;
  if (!powerOfTwo || !affordable || salt.length < 8 || key.length < 16) return undefined;
  return { cost, blockSize, parallelization, salt, key };
}

/** Whether the password is the stored one. */
export async function passwordFits(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await deriveKey(password, stored), stored.key);
}
