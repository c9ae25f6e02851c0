import type { ClientBase } from 'pg';
import type { ModelConfig } from '../../../config/schema';
import { encodeArray } from '../../../learning/array-bytes';
import type { ObservedUser } from '../../../learning/recommender/observed-user';
import { announceChange } from '../../models/changes';
import type { Observation } from '../observation';
import { observationTables } from '../tables';
import { findNews, nextBatch, type RevisionOfUsers, writeLearnt } from './learnt-users';
import { newUser, type TrainedUsers } from './new-user';
import type { UserCache } from './user-cache';

/** A revision under which users learn. */
export interface LearningRevision extends RevisionOfUsers, TrainedUsers {
  readonly config: ModelConfig;
}

/** Does work as part of a transaction of its choice. */
export type InTransaction = <T>(work: (client: ClientBase) => Promise<T>) => Promise<T>;

/** Users whose weights are written together. */
const pageUsers = 500;
/** Observations in memory at a time. */
const fetchRows = 5_000;

/**
 * One round: works out the weights of users of whom something new was observed, over all that was observed of them. The
 * position moves in the transaction that writes the last of the weights.
 *
 * @param inTransaction called for each page of users
 * @param cache of this revision's users
 * @returns how many users were solved
 */
export async function updateWeights(
  inTransaction: InTransaction,
  revision: LearningRevision,
  cache: UserCache,
): Promise<number> {
  const { from, upTo, users } = await inTransaction((client) => findNews(client, revision));
  cache.startAt(from);
  for (let start = 0; start < users.length; start += pageUsers) {
    const page = users.slice(start, start + pageUsers);
    const isLast = start + pageUsers >= users.length;
    await inTransaction(async (client) => {
      // First, as whoever writes weights of the revision then reads what the one before has read, or more.
      const batch = await nextBatch(client, revision, isLast ? upTo : from);
      const solved = await solvePage(client, revision, page, from, cache);
      await writeLearnt(client, revision, batch, solved);
      await announceChange(client, revision.version);
    });
  }
  cache.advanceTo(upTo);
  return users.length;
}

/** @returns the weights of each user of the page */
async function solvePage(
  client: ClientBase,
  revision: LearningRevision,
  users: readonly string[],
  from: bigint,
  cache: UserCache,
): Promise<Map<string, Uint8Array>> {
  const { version, name, config } = revision;
  // Held here, as the cache may drop them meanwhile.
  const known = new Map<string, ObservedUser>();
  for (const user of users) {
    const observed = cache.get(user);
    if (observed) known.set(user, observed);
  }
  await client.query(
    `declare observed no scroll cursor for
     select user_id as user, item, score from ${observationTables(version).observations}
     where model = $1 and user_id = any($2) and (position > $3 or user_id = any($4)) order by user_id`,
    [name, users, from, users.filter((user) => !known.has(user))],
  );
  const solved = new Map<string, Uint8Array>();
  let current: { readonly user: string; readonly observed: ObservedUser } | undefined;
  const solveCurrent = () => {
    if (!current) return;
    solved.set(current.user, bytesOf(current.observed.solve().weights));
    cache.put(current.user, current.observed);
  };
  for (let isOver = false; !isOver; ) {
    const { rows } = await client.query<Observation>(`fetch ${fetchRows} from observed`);
    for (const { user, item, score } of rows) {
      if (user !== current?.user) {
        solveCurrent();
        current = { user, observed: known.get(user) ?? newUser(config, revision, user) };
      }
      current.observed.observe(item, score);
    }
    isOver = rows.length < fetchRows;
  }
  solveCurrent();
  await client.query('close observed');
  return solved;
}

const bytesOf = (weights: Float64Array): Uint8Array =>
  encodeArray({ dtype: 'float64', shape: [weights.length], values: weights });
