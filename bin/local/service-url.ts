import { isIPv6 } from 'node:net';

/** Addresses that stand for all of a machine, and one of them that can be asked. */
const wildcards: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Where a service that listens on `host` is reached from this machine: `http://[::1]:8080`. */
export function serviceUrl(host: string, port: number): string {
  const address = wildcards[host] ?? host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
