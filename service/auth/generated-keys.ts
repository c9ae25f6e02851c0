import { randomBytes } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Environment } from '../../config/environment';
import { ConfigError } from '../../config/resolve';
import type { AuthConfig } from '../../config/schema';
import { createKey } from './api-key';

/** One API key for each scope. */
export interface KeyPair {
  readonly predict: string;
  readonly admin: string;
}

/** Where the keys of a service come from that needs credentials and has none configured. */
export interface KeySource {
  /** The file `keys.json` is in it. */
  readonly dataDirectory: string;
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
}

/** The file in the data directory that holds the keys. */
export const keyFile = (dataDirectory: string): string => join(dataDirectory, 'keys.json');

/** Whether the configuration holds any credential. */
export const hasCredentials = ({ apiKeys, basic, oidc }: AuthConfig): boolean =>
  apiKeys.length > 0 || basic.length > 0 || oidc !== undefined;

/**
 * The keys of a service without configured credentials: from the environment, else from `keys.json`, which the first
 * start makes. Processes that start together agree on one file.
 * @throws {ConfigError} if the variable or the file is malformed, or others may read the file
 */
export async function provideKeys({ dataDirectory, environment = process.env }: KeySource): Promise<KeyPair> {
  const given = environment[Environment.apiKeys];
  if (given) return parseKeys(given, Environment.apiKeys);
  const file = keyFile(dataDirectory);
  return (await readKeyFile(file)) ?? (await createKeyFile(dataDirectory, file));
}

function parseKeys(text: string, source: string): KeyPair {
  const malformed = new ConfigError([
    `${source}: must be a JSON object {"predict": "…", "admin": "…"} of two different keys without blanks`,
  ]);
  let parsed: { predict?: unknown; admin?: unknown } | null;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw malformed;
  }
  const { predict, admin } = parsed ?? {};
  if (!isKey(predict) || !isKey(admin) || predict === admin) throw malformed;
  return { predict, admin };
}

/** A key that a header can carry as it is. */
const isKey = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);

async function readKeyFile(path: string): Promise<KeyPair | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, 'read', error);
  }
  try {
    const mode = (await file.stat()).mode & 0o777;
    if (mode & 0o077) {
      throw new ConfigError([`${path}: others may read it (mode ${mode.toString(8)}); run: chmod 600 ${path}`]);
    }
    return parseKeys(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

/** Writes aside and links: the file appears whole or not at all, and the first of several writers wins. */
async function createKeyFile(dataDirectory: string, path: string): Promise<KeyPair> {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  const keys: KeyPair = { predict: createKey(), admin: createKey() };
  try {
    await mkdir(dataDirectory, { recursive: true });
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(keys, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(aside, path);
      return keys;
    } finally {
      await unlink(aside);
    }
  } catch (error) {
    const raced = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const winner = raced ? await readKeyFile(path) : undefined;
    if (winner) return winner;
    throw unusable(path, 'written', error);
  }
}

function unusable(path: string, verb: 'read' | 'written', error: unknown): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  return new ConfigError([
    `${path}: cannot be ${verb} (${code}); give this user access, choose another --data, or set ${Environment.apiKeys}`,
  ]);
}
