import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { givenProject } from '../support/given-project';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

const ratings = resolve(__dirname, '../../../examples/movies/ratings.csv');
const movies = {
  algorithm: 'als',
  source: { csv: ratings },
  hyperparameters: { rank: 2 },
  tune: { folds: 3, grid: { lambda: [0.05, 100], rank: [3] } },
} as const;

describe('Parameters that a tuning found', () => {
  const given = givenProject({ models: { movies } });

  it('are those of the trainings of a running service, once they are promoted', async () => {
    // GIVEN the best of two, found in threads of the built product
    const best = join(given.place.folder, 'best.json');
    expect(await given.run('tune', 'movies', '--output', best)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(readFileSync(best, 'utf8'))).toMatchObject({
      engineFactory: 'movies',
      algorithms: [{ name: 'als', params: { rank: 3, lambda: 0.05 } }],
    });
    const product = await given.start();
    // WHEN
    expect(await given.run('variant', 'promote', 'movies')).toMatchObject({ exitCode: 0 });
    await fetch(`${product.url}/fit?model=movies`, { method: 'POST' });
    // THEN the second revision has other parameters than the first
    const score = () =>
      given.database.pool.query<{ score_test: number }>('select score_test from revisions_1_0_0 order by revision');
    await until('the second revision', async () => (await score()).rows.length === 2);
    const [first, second] = (await score()).rows;
    expect(second!.score_test).not.toBe(first!.score_test);
    // AND is the one that the same file trains
    await given.run('train', 'movies', '--variant', best);
    expect((await score()).rows.at(-1)).toEqual(second);
    await product.stop();
  });
});
