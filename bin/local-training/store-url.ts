import type { StoreAddress } from '../../training/store/servers/servers';
import { CommandError, ExitCode } from '../failure';

const defaultPort = 6379;

/**
 * Reads `redis://:password@host:6379`, or a list such as `redis://:password@one,two:6380`: of a cluster any server that
 * answers tells of the others, so that it takes several only for when the first is away.
 * @throws {CommandError} naming what is no address, or if there are two passwords
 */
export function parseStoreUrl(text: string): StoreAddress {
  const urls = text
    .split(',')
    .map((part, index) => parseOne(index > 0 && !part.includes('://') ? `redis://${part}` : part));
  const passwords = [...new Set(urls.map(({ password }) => decodeURIComponent(password)).filter(Boolean))];
  if (passwords.length > 1) {
    throw new CommandError('--store-url: the servers of a store have one password, not two', ExitCode.usage);
  }
  return {
    servers: urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || defaultPort) })),
    password: passwords[0],
  };
}

function parseOne(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'redis:' && url.hostname !== '') return url;
  throw new CommandError(
    `--store-url: '${text.replace(/\/\/.*@/, '//')}' is not like redis://:password@host:${defaultPort}`,
    ExitCode.usage,
  );
}

/** What may be shown of a `--store-url`: `PASSWORD` stands for each password. */
export const withoutPasswords = (text: string): string => text.replace(/(\/\/[^:@/,]*:)[^,/]*@/g, '$1PASSWORD@');
