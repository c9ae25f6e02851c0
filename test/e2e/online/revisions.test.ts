import { averageScore, type Films, films, filmsOf, items, model } from './support/films';
import { Instances } from './support/instances';
import { Strangers, type StrangersAnswer } from './support/strangers';

// Generous, as for all tests: it starts the product several times.
jest.setTimeout(300_000);

describe('Two instances under load whose revisions of a recommender change', () => {
  let instances: Instances;
  beforeAll(async () => {
    instances = await Instances.start();
  });
  afterAll(() => instances?.remove());

  it('answer each request, whole by the revision that they name', async () => {
    const [one, other] = instances.all;
    const imported = new Map([[1, films]]);
    const importFilms = async (revision: number) => {
      imported.set(revision, filmsOf(revision));
      const { value } = await other.call(`/models/${model}/revisions`, filmsOf(revision));
      expect(value).toEqual({ revision });
    };
    const change = async (path: string) => expect((await one.call(path)).status).toBe(200);
    const retrain = async () => expect((await other.call(`/retrain/${model}`)).value).toBe('Success');
    for (const item of items) await one.call(`/observe/${model}`, { uid: item % 3, context: item, score: item });

    const { answers, failures } = await Strangers.during(instances.urls, 1, async (strangers) => {
      await strangers.untilAnsweredBy(1);
      await importFilms(2);
      await strangers.untilAnsweredBy(2);
      await change(`/models/${model}/revisions/1/activate`);
      await strangers.untilAnsweredBy(1);
      await change(`/models/${model}/rollback`);
      await strangers.untilAnsweredBy(2);
      await retrain();
      await strangers.untilAnsweredBy(3);
      await importFilms(4);
      await strangers.untilAnsweredBy(4);
      await retrain();
      await strangers.untilAnsweredBy(5);
      await change(`/models/${model}/rollback`);
      await strangers.untilAnsweredBy(4);
    });

    expect(failures).toEqual([]);
    expect(answers.filter((answer) => isMixed(answer, imported)).slice(0, 5)).toEqual([]);
    for (const trained of [3, 5]) expect(differentScores(answers, trained)).toEqual([]);
  });
});

/** Whether an imported revision answered otherwise than its features say. */
function isMixed({ revision, item, value }: StrangersAnswer, imported: ReadonlyMap<number, Films>): boolean {
  const of = imported.get(revision);
  if (!of) return false;
  if (item !== undefined) return Math.abs((value as number) - averageScore(of, item)) > 1e-9;
  const best = items.toSorted((a, b) => averageScore(of, b) - averageScore(of, a));
  return JSON.stringify(value) !== JSON.stringify(best);
}

/** Items that a trained revision answered with more than one score. */
function differentScores(answers: readonly StrangersAnswer[], revision: number): readonly number[] {
  const scoresOf = (item: number) =>
    answers.filter((answer) => answer.revision === revision && answer.item === item).map(({ value }) => value);
  return items.filter((item) => new Set(scoresOf(item)).size > 1);
}
