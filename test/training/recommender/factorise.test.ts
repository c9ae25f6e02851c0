import { explicitAls, implicitAls } from '../../../learning/recommender/als/als';
import { factorise } from '../../../learning/recommender/als/factorisation';
import { InteractionBuilder } from '../../../learning/recommender/interactions/interaction-builder';
import { rate } from '../../../learning/sample/rating-data';
import { factoriseInThreads } from '../../../training/recommender/factorise';

jest.setTimeout(60_000);

const builder = new InteractionBuilder();
for (const { user, item, rating } of rate({ users: 500, items: 300, ratingsPerUser: 40, seed: 1 })) {
  builder.add(String(user), String(item), rating);
}
const data = builder.build();
const options = { rank: 32, lambda: 0.1, sweeps: 2, seed: 1, unseenWeight: 0.1 };

describe('factorising in threads', () => {
  test.each([
    ['explicit', () => explicitAls(data, options)],
    ['implicit', () => implicitAls(data, options)],
  ])('gives the %s model that one thread gives, bit by bit', async (_, start) => {
    expect(await factoriseInThreads(start(), { threads: 3 })).toEqual(factorise(start()));
  });

  test('tells of each step, and ends with the reason for which it is aborted', async () => {
    const steps: string[] = [];
    const controller = new AbortController();
    const reason = new Error('enough');

    const model = factoriseInThreads(explicitAls(data, options), {
      threads: 2,
      signal: controller.signal,
      onStep: (done, of) => {
        steps.push(`${done} of ${of}`);
        if (done === 3) controller.abort(reason);
      },
    });

    await expect(model).rejects.toBe(reason);
    expect(steps).toEqual(['1 of 4', '2 of 4', '3 of 4']);
  });

  test('fails as the thread does that fails', async () => {
    const broken = explicitAls(data, options);
    broken.state.itemFactors.fill(Number.NaN);

    await expect(factoriseInThreads(broken, { threads: 2 })).rejects.toThrow(/not positive definite/);
  });
});
