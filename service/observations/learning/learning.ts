import type { ModelConfig } from '../../../config/schema';
import type { Version } from '../../../config/version';
import type { ServedRevision } from '../../models/load-revision';
import { type InTransaction, type LearningRevision, updateWeights } from './solve-users';
import { type StateRevision, type StateUpdateOptions, updateStates } from './update-states';
import { UserCache } from './user-cache';

/** A revision under which users learn, by what they learn. */
export type Learning =
  | { readonly by: 'weights'; readonly revision: LearningRevision; readonly users: UserCache }
  | { readonly by: 'code'; readonly revision: StateRevision };

/** How users learn under a revision; undefined if it has none. */
export function learningOf(
  version: Version,
  name: string,
  config: ModelConfig,
  { revision, header, model }: ServedRevision,
): Learning | undefined {
  switch (model.kind) {
    case 'tabular':
      return undefined;
    case 'ranking':
      return { by: 'code', revision: { version, name, revision, model } };
    case 'user-item': {
      const users = new UserCache(model.width);
      return { by: 'weights', revision: { version, name, config, revision, header, model }, users };
    }
  }
}

/**
 * One round: lets all users learn of whom something new was observed.
 * @returns how many have learnt
 */
export async function learnNews(
  inTransaction: InTransaction,
  learning: Learning,
  options: StateUpdateOptions,
): Promise<number> {
  if (learning.by === 'weights') return updateWeights(inTransaction, learning.revision, learning.users);
  return learning.revision.model.learns ? updateStates(inTransaction, learning.revision, options) : 0;
}

/** Each round takes in what was observed during the one before, which is much less. */
const mostRounds = 5;

/**
 * Lets users learn all that was observed of them, as part of the caller's transaction. What is observed meanwhile counts
 * too, but for what comes in the last moment.
 * @param inTransaction of isolation level `read committed`, in which the revision exists
 * @returns how many users have learnt
 */
export async function learnAll(
  inTransaction: InTransaction,
  learning: Learning,
  options: StateUpdateOptions,
): Promise<number> {
  let learnt = 0;
  for (let round = 0; round < mostRounds; round++) {
    const users = await learnNews(inTransaction, learning, options);
    if (users === 0) break;
    learnt += users;
  }
  return learnt;
}
