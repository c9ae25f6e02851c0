import type { ClientBase } from 'pg';
import type { RankingLearner, RankingModel } from '../../../learning/model';
import { announceChange } from '../../models/changes';
import { observationTables } from '../tables';
import { findNews, nextBatch, type RevisionOfUsers, writeLearnt } from './learnt-users';
import type { InTransaction } from './solve-users';

/** A revision of a model whose own code lets users learn. */
export interface StateRevision extends RevisionOfUsers {
  readonly model: RankingModel;
}

export interface StateUpdateOptions {
  /** Hears of a user whose state stays as it was, and why. */
  readonly onFailure: (user: string, error: Error) => void;
  /** Ends the round after the user that is being updated; what is not written then is done anew. */
  readonly signal?: AbortSignal;
  /**
   * Ends the round likewise after so many failures in a row, for who waits for its end.
   * @default never
   */
  readonly giveUpAfter?: number;
}

/** Users whose states are written together. */
const pageUsers = 50;

/**
 * One round: has the model's code make the states of all users of whom something new was observed. It is asked about one
 * user after the other, so that what it does to itself concerns that user alone, and outside of the round's transactions
 * unless somebody else writes at the same time. A user whose state it does not make keeps the old one until something more
 * is observed.
 *
 * @param inTransaction called for each reading and each writing of a page of users
 * @returns how many users have a new state
 */
export async function updateStates(
  inTransaction: InTransaction,
  revision: StateRevision,
  options: StateUpdateOptions,
): Promise<number> {
  const { from, upTo, users } = await inTransaction((client) => findNews(client, revision));
  let updated = 0;
  for (let start = 0; start < users.length; start += pageUsers) {
    const page = users.slice(start, start + pageUsers);
    const isLast = start + pageUsers >= users.length;
    const read = await inTransaction((client) => readLearners(client, revision, page, from));
    const made = await makeStates(revision.model, read.learners, options);
    if (!made) return updated;
    const written = await inTransaction(async (client) => {
      const batch = await nextBatch(client, revision, isLast ? upTo : from);
      // Who has written since may have known more: then all is made again while nobody else can write.
      const isCurrent = BigInt(batch) === read.lastBatch + 1n;
      const states = isCurrent ? made : await makeAnew(client, revision, page, from, options);
      await writeLearnt(client, revision, batch, states);
      await announceChange(client, revision.version);
      return states.size;
    });
    updated += written;
  }
  return updated;
}

/** @returns undefined if the round is to end */
async function makeStates(
  model: RankingModel,
  learners: readonly RankingLearner[],
  { onFailure, signal, giveUpAfter = Number.POSITIVE_INFINITY }: StateUpdateOptions,
): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const states = new Map<string, Uint8Array>();
  let failuresInARow = 0;
  for (const learner of learners) {
    if (signal?.aborted || failuresInARow >= giveUpAfter) return undefined;
    try {
      states.set(learner.user, await model.update(learner));
      failuresInARow = 0;
    } catch (error) {
      onFailure(learner.user, error as Error);
      failuresInARow += 1;
    }
  }
  return states;
}

async function makeAnew(
  client: ClientBase,
  revision: StateRevision,
  users: readonly string[],
  from: bigint,
  options: StateUpdateOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { learners } = await readLearners(client, revision, users, from);
  const { onFailure } = options;
  return (await makeStates(revision.model, learners, { onFailure })) ?? new Map();
}

/** What is known of some users, and the number of the last batch that was written by then. */
interface ReadLearners {
  readonly learners: readonly RankingLearner[];
  readonly lastBatch: bigint;
}

interface ObservedRow {
  readonly user: string;
  readonly item: string;
  readonly score: number;
  readonly isNew: boolean;
}

async function readLearners(
  client: ClientBase,
  { version, name, revision }: StateRevision,
  users: readonly string[],
  from: bigint,
): Promise<ReadLearners> {
  const { observations, onlineRevisions, userWeights } = observationTables(version);
  // First: what is written after it is not taken for read.
  const batches = await client.query<{ last_batch: string }>(
    `select last_batch from ${onlineRevisions} where model = $1 and revision = $2`,
    [name, revision],
  );
  const states = await client.query<{ user: string; state: Buffer }>(
    `select user_id as user, weights as state from ${userWeights}
     where model = $1 and revision = $2 and user_id = any($3)`,
    [name, revision, users],
  );
  const observed = await client.query<ObservedRow>(
    `select user_id as user, item, score, position > $3 as "isNew" from ${observations}
     where model = $1 and user_id = any($2) order by position`,
    [name, users, from],
  );
  const stateOf = new Map(states.rows.map(({ user, state }) => [user, state]));
  const byUser = new Map(users.map((user): [string, Omit<ObservedRow, 'user'>[]] => [user, []]));
  for (const { user, ...seen } of observed.rows) byUser.get(user)?.push(seen);
  const learners = [...byUser].map(([user, seen]) => ({ user, state: stateOf.get(user), observations: seen }));
  return { learners, lastBatch: BigInt(batches.rows[0]?.last_batch ?? 0) };
}
