import { createHmac, randomBytes } from 'node:crypto';
import { ConfigError } from '../../config/resolve';
import type { AuthConfig } from '../../config/schema';
import { unavailable } from '../http/errors';
import type { Caller } from './caller';
import { parsePasswordHash, passwordFits } from './password-hash';

const cacheMs = 60_000;
const maxWaiting = 16;

type BasicCheck = (user: string, password: string) => Promise<Caller | undefined>;

/**
 * Makes the check of HTTP Basic credentials. A success is remembered for 60 s, and equal credentials that come
 * together are checked once.
 * @throws {ConfigError} naming the entry whose `scrypt` cannot be used
 */
export function createBasicCheck(users: AuthConfig['basic'], now: () => number): BasicCheck {
  const known = users.map(({ user, scrypt, scopes }, index) => {
    const password = parsePasswordHash(scrypt);
    if (!password) throw new ConfigError([`auth.basic[${index}].scrypt: make it with \`modelapp key basic ${user}\``]);
    return { caller: { name: user, scopes }, password };
  });
  const decoy = known[0];
  const oneAtATime = createQueue();

  const check: BasicCheck = async (user, password) => {
    const entry = known.find(({ caller }) => caller.name === user);
    const compared = entry ?? decoy;
    if (!compared) return undefined;
    // An unknown user costs the same time as a wrong password, so that the time does not tell who exists.
    const fits = await oneAtATime(() => passwordFits(password, compared.password));
    return fits ? entry?.caller : undefined;
  };
  return remembering(check, now);
}

/**
 * Runs tasks one after the other: scrypt works on the threads that also write files, and a burst of wrong passwords
 * must not stop the prediction log.
 */
function createQueue() {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting) throw unavailable('too many passwords are being checked; try again');
    waiting += 1;
    const result = last.then(task).finally(() => {
      waiting -= 1;
    });
    last = result.catch(() => undefined);
    return result;
  };
}

function remembering(check: BasicCheck, now: () => number): BasicCheck {
  // Under a secret of this process, so that neither map holds a fast hash of a password.
  const secret = randomBytes(32);
  const digest = (user: string, password: string) =>
    createHmac('sha256', secret).update(`${user}:${password}`).digest('base64');
  const running = new Map<string, Promise<Caller | undefined>>();
  const successes = new Map<string, { caller: Caller; until: number }>();

  return (user, password) => {
    const key = digest(user, password);
    const success = successes.get(key);
    if (success && now() < success.until) return Promise.resolve(success.caller);
    successes.delete(key);
    const same = running.get(key);
    if (same) return same;
    const result = check(user, password)
      .then((caller) => {
        if (caller) successes.set(key, { caller, until: now() + cacheMs });
        return caller;
      })
      .finally(() => running.delete(key));
    running.set(key, result);
    return result;
  };
}
