import type { UserItemModel } from '../../../learning/model';
import type { Exploration } from '../../../learning/recommender/recommend';
import type { ServiceContext } from '../../context';
import { fromDatabase } from '../../http/database-access';
import { newUser } from '../../observations/learning/new-user';
import type { Recommender } from './recommenders';

/**
 * How uncertain the scores of a user are, from all that is stored of the user now.
 * @param alpha how much uncertainty counts, in units of a score
 * @throws {HttpError} 503 if the database is away
 */
export async function explorationOf(
  { observations }: Pick<ServiceContext, 'observations'>,
  { served, revision, model }: Recommender<UserItemModel>,
  user: string,
  alpha: number,
): Promise<Exploration> {
  const observed = newUser(served.config, { header: revision.header, model }, user);
  for (const { item, score } of await fromDatabase(observations.ofUser(served.name, user)))
    observed.observe(item, score);
  return { solution: observed.solve(), alpha };
}
