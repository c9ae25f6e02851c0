import { Random } from '../../learning/random';
import { rankCandidates, recommend } from '../../learning/recommender/recommend';
import { send } from '../load/load';
import type { RequestSource } from '../load/requests';
import { amount, type Lines } from '../options';
import { inScratch, type Scratch } from '../system/scratch';
import { whole } from '../table';
import { startFilms } from './film-service';
import { catalogueSize, filmsOf, width } from './films';
import { lines, milliseconds } from './lines';
import { topRequests } from './requests';

/* How long the best 10 take of a whole catalogue and of candidates: the computation alone, and one client's requests. */

const candidates = amount(1_000, 100);
const rankings = amount(2_000, 20);
const seconds = amount(10, 0.5);

export const measureRanking = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    const { all, some } = computations();
    const { service } = await startFilms(scratch, { processes: 1 });
    const ask = async (nextRequest: RequestSource) => {
      await send({ port: service.port, nextRequest, connections: 1, seconds: seconds / 4 });
      return (await send({ port: service.port, nextRequest, connections: 1, seconds })).latencies;
    };
    const ofAll = `best 10 of ${whole(catalogueSize)} items, ${width} features`;
    const ofSome = `best 10 of ${whole(candidates)} candidates`;
    return lines([
      { what: `${ofAll}: computation, p50 / p99`, measured: milliseconds(all) },
      { what: `${ofAll}: HTTP`, goal: 'p99 < 10 ms', measured: milliseconds(await ask(topRequests('all'))) },
      { what: `${ofSome}: computation`, goal: 'p99 < 1 ms', measured: milliseconds(some) },
      { what: `${ofSome}: HTTP`, measured: milliseconds(await ask(topRequests(candidates))) },
    ]);
  });

/** Milliseconds of each ranking in this process. */
function computations(): Readonly<Record<'all' | 'some', Float64Array>> {
  const model = filmsOf(1);
  const random = new Random(2);
  const time = (rank: (weights: Float64Array) => unknown) =>
    Float64Array.from({ length: rankings }, () => {
      const weights = Float64Array.from({ length: width }, () => random.normal());
      const startedAt = performance.now();
      rank(weights);
      return performance.now() - startedAt;
    }).sort();
  const ids = Array.from({ length: candidates }, () => String(random.below(catalogueSize)));
  return {
    all: time((weights) => recommend(model, weights, 10)),
    some: time((weights) =>
      rankCandidates(
        model,
        weights,
        ids.map((id) => model.featuresOf(id)),
        10,
      ),
    ),
  };
}
