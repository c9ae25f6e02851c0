import type { AuthConfig } from '../../config/schema';
import type { Access } from '../http/route-config';
import type { Scope } from './caller';
import { isLoopbackHost } from './loopback';

/** What a request must show: nothing, that no other site's page sent it, or a credential with the scope. */
export type Requirement = 'nothing' | 'local' | Scope;

/** The rules of access of one listening service. */
export interface Policy {
  /** Whether any route needs a credential. */
  readonly needsCredentials: boolean;
  /** What the operator should know at start, one line each. */
  readonly warnings: readonly string[];
  /**
   * @param access the level of the route
   * @param routePath its path, perhaps with parameters
   * @param url of the request, perhaps with a query
   */
  requirement(access: Access, routePath: string, url: string): Requirement;
}

const withoutTrailingSlash = (path: string): string => (path.length > 1 ? path.replace(/\/$/, '') : path);

/**
 * Derives the rules from the configuration, and where that is silent from the address: on loopback nothing is needed
 * but to be on this machine, elsewhere every route above `open` needs a credential.
 * @param addresses hosts that the service listens on, without ports
 */
export function createPolicy(auth: AuthConfig, addresses: readonly string[]): Policy {
  const loopback = addresses.length > 0 && addresses.every(isLoopbackHost);
  const byDefault = loopback ? 'public' : 'required';
  const settings = { predict: auth.predict ?? byDefault, admin: auth.admin ?? byDefault };

  function needsCredential(level: Scope, routePath: string, url: string): boolean {
    const setting = settings[level];
    if (typeof setting === 'string') return setting === 'required';
    const opened = setting.map(withoutTrailingSlash);
    const paths = [routePath, url.split('?', 1)[0] as string];
    return !paths.some((path) => opened.includes(withoutTrailingSlash(path)));
  }

  return {
    needsCredentials: Object.values(settings).some((setting) => setting !== 'public'),
    warnings:
      settings.admin === 'public' && !loopback
        ? ["auth.admin is 'public': anybody who reaches this service can train, switch and delete its models"]
        : [],
    requirement(access, routePath, url) {
      if (access !== 'open' && needsCredential(access, routePath, url)) return access;
      // Behind a proxy that asks for credentials, health checks come by the public name too.
      const guarded = access !== 'open' || settings.predict === 'public';
      return loopback && guarded ? 'local' : 'nothing';
    },
  };
}
