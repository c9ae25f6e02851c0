import fc from 'fast-check';
import { explicitAls, type ImplicitAlsOptions, implicitAls } from '../../../../learning/recommender/als/als';
import { type Factorisation, factorise, solveSide } from '../../../../learning/recommender/als/factorisation';
import { rate } from '../../../../learning/sample/rating-data';
import { build, someRatings, type Triple, table } from '../support/interactions';

const options: ImplicitAlsOptions = { rank: 3, lambda: 0.2, sweeps: 4, seed: 7, unseenWeight: 0.1 };

const sum = (list: readonly number[]) => list.reduce((total, x) => total + x, 0);

/** The vectors of a side as lists. */
const vectorsOf = (factors: Float64Array, rank: number): number[][] =>
  Array.from({ length: factors.length / rank }, (_, row) => [...factors.subarray(row * rank, (row + 1) * rank)]);

const product = (a: readonly number[], b: readonly number[]) => sum(a.map((x, i) => x * b[i]!));

/** Runs the steps and tells the value of an objective after each. */
function descend({ state, steps }: Factorisation, objective: (p: number[][], q: number[][]) => number): number[] {
  return steps.map((side) => {
    solveSide(state, side);
    return objective(vectorsOf(state.userFactors, state.rank), vectorsOf(state.itemFactors, state.rank));
  });
}

/** That no other vectors of one row near by, and so none at all in a convex problem, have a lower value. */
function expectMinimum({ state, steps }: Factorisation, objective: (p: number[][], q: number[][]) => number): void {
  const [users, items] = [state.userFactors, state.itemFactors].map((factors) => vectorsOf(factors, state.rank));
  const solved = steps.at(-1) === 'users' ? users! : items!;
  const value = objective(users!, items!);
  for (const vector of solved) {
    for (let i = 0; i < vector.length; i++) {
      for (const difference of [1e-3, -1e-3]) {
        vector[i]! += difference;
        expect(objective(users!, items!)).toBeGreaterThan(value);
        vector[i]! -= difference;
      }
    }
  }
}

const neverRises = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value <= values[i - 1]! * (1 + 1e-12) + 1e-12);

describe('explicit ALS', () => {
  /** μ, b_i and b_u by their definitions. */
  function deviationsOf(triples: readonly Triple[]) {
    const ratings = [...table(triples)].flatMap(([user, items]) => [...items].map(([item, r]) => ({ user, item, r })));
    const mean = sum(ratings.map(({ r }) => r)) / ratings.length;
    const shrunken = (key: 'user' | 'item', id: string, rest: (rating: (typeof ratings)[number]) => number) => {
      const own = ratings.filter((rating) => rating[key] === id);
      return sum(own.map(rest)) / (5 + own.length);
    };
    const item = (id: string) => shrunken('item', id, ({ r }) => r - mean);
    const user = (id: string) => shrunken('user', id, (rating) => rating.r - mean - item(rating.item));
    return { mean, ratings, item, user };
  }

  function objectiveOf(triples: readonly Triple[], { users, items }: ReturnType<typeof build>) {
    const { mean, ratings, item, user } = deviationsOf(triples);
    const rest = ratings.map((rating) => ({
      u: users.indexOf(rating.user),
      i: items.indexOf(rating.item),
      e: rating.r - mean - item(rating.item) - user(rating.user),
    }));
    return (p: number[][], q: number[][]) =>
      sum(rest.map(({ u, i, e }) => (e - product(p[u]!, q[i]!)) ** 2)) +
      options.lambda * sum(rest.map(({ u, i }) => product(p[u]!, p[u]!) + product(q[i]!, q[i]!)));
  }

  test('lowers Σ(e − p·q)² + λ(Σ n_u|p|² + Σ n_i|q|²) at every step, down to its minimum for that side', () => {
    fc.assert(
      fc.property(someRatings, (triples) => {
        const data = build(triples);
        const objective = objectiveOf(triples, data);
        const factorisation = explicitAls(data, options);

        expect(neverRises(descend(factorisation, objective))).toBe(true);
        expectMinimum(factorisation, objective);
      }),
      { numRuns: 30 },
    );
  });

  test('scores μ + b_u + b_i + p·q, clipped to the range of the ratings; an unknown term is 0', () => {
    fc.assert(
      fc.property(someRatings, (triples) => {
        const data = build(triples);
        const factorisation = explicitAls(data, options);
        const model = factorise(factorisation);

        const { mean, ratings, item, user } = deviationsOf(triples);
        const p = vectorsOf(factorisation.state.userFactors, options.rank);
        const q = vectorsOf(factorisation.state.itemFactors, options.rank);
        const values = ratings.map(({ r }) => r);
        const clip = (score: number) => Math.min(Math.max(score, Math.min(...values)), Math.max(...values));
        const [someone, something] = [data.users[0]!, data.items[0]!];
        const expected: readonly (readonly [string, string, number])[] = [
          ...data.users.flatMap((u, row) =>
            data.items.map(
              (i, column) => [u, i, clip(mean + user(u) + item(i) + product(p[row]!, q[column]!))] as const,
            ),
          ),
          ['nobody', something, clip(mean + item(something))],
          [someone, 'nothing', clip(mean + user(someone))],
          ['nobody', 'nothing', mean],
        ];
        const predictions = model.predict(expected.map(([u, i]) => [u, i]));
        for (const [n, [, , score]] of expected.entries()) expect(predictions[n]!.output).toBeCloseTo(score, 10);
      }),
      { numRuns: 30 },
    );
  });

  test('predicts ratings it has not seen nearly as well as the noise in them allows', () => {
    // GIVEN ratings in halves, with a noise of 0.3, of which every fifth is held out
    const triples = [...rate({ users: 300, items: 200, ratingsPerUser: 60, seed: 3 })].map(
      ({ user, item, rating }): Triple => [`u${user}`, `i${item}`, rating],
    );
    const isTest = (n: number) => n % 5 === 0;
    const test = triples.filter((_, n) => isTest(n));
    const rmse = (predicted: (triple: Triple) => number) =>
      Math.sqrt(sum(test.map((triple) => (triple[2] - predicted(triple)) ** 2)) / test.length);

    // WHEN
    const data = build(triples.filter((_, n) => !isTest(n)));
    const model = factorise(explicitAls(data, { rank: 8, lambda: 0.12, sweeps: 15, seed: 1 }));
    const deviations = factorise(explicitAls(data, { rank: 1, lambda: 1e6, sweeps: 1, seed: 1 }));

    // THEN
    const score = (of: typeof model) => rmse(([user, item]) => of.predict([[user, item]])[0]!.output as number);
    expect(score(model)).toBeLessThan(0.5);
    expect(score(deviations)).toBeGreaterThan(0.75);
  });

  test('gives the same numbers for the same seed, and however the rows are divided', () => {
    const data = build([...rate({ users: 40, items: 30, ratingsPerUser: 12, seed: 1 })].map(named));
    const whole = explicitAls(data, options);
    const divided = explicitAls(data, options);

    factorise(whole);
    for (const side of divided.steps) {
      const rows = side === 'users' ? data.users.length : data.items.length;
      for (const [start, end] of [
        [11, rows],
        [0, 5],
        [5, 11],
      ] as const) {
        solveSide(divided.state, side, start, end);
      }
    }

    expect(divided.state).toEqual(whole.state);
  });
});

const named = ({ user, item, rating }: { user: number; item: number; rating: number }): Triple => [
  `u${user}`,
  `i${item}`,
  rating,
];

describe('implicit ALS', () => {
  test('lowers its objective over all pairs at every step, down to its minimum for that side', () => {
    fc.assert(
      fc.property(someRatings, (triples) => {
        // GIVEN Σ_seen(1 − p·q)² + w₀Σ_all(p·q)² + λ(Σ(n_u + w₀·items)|p|² + Σ(n_i + w₀·users)|q|²)
        const data = build(triples);
        const { users, items } = data;
        const { lambda, unseenWeight } = options;
        const seen = new Set(triples.map(([user, item]) => `${user} ${item}`));
        const countOf = (of: (user: string, item: string) => boolean) =>
          users.flatMap((user) => items.filter((item) => seen.has(`${user} ${item}`) && of(user, item))).length;
        const objective = (p: number[][], q: number[][]) =>
          sum(
            users.flatMap((user, u) =>
              items.map((item, i) => {
                const score = product(p[u]!, q[i]!);
                return unseenWeight * score ** 2 + (seen.has(`${user} ${item}`) ? (1 - score) ** 2 : 0);
              }),
            ),
          ) +
          lambda *
            (sum(
              users.map(
                (user, u) => (countOf((other) => other === user) + unseenWeight * items.length) * product(p[u]!, p[u]!),
              ),
            ) +
              sum(
                items.map(
                  (item, i) =>
                    (countOf((_, other) => other === item) + unseenWeight * users.length) * product(q[i]!, q[i]!),
                ),
              ));
        const factorisation = implicitAls(data, options);

        // THEN
        expect(neverRises(descend(factorisation, objective))).toBe(true);
        expectMinimum(factorisation, objective);
      }),
      { numRuns: 30 },
    );
  });

  test('scores what users of the same taste saw above what others saw', () => {
    // GIVEN two groups of users, each of whom saw most of the items of the group
    const triples = Array.from({ length: 20 }, (_, user) =>
      Array.from({ length: 10 }, (_, n): Triple => [`user ${user}`, `item ${2 * n + (user % 2)}`, 1]).filter(
        (_, n) => (user * 7 + n * 3) % 5 !== 0,
      ),
    ).flat();

    const model = factorise(implicitAls(build(triples), { ...options, rank: 2, sweeps: 12 }));

    const seen = new Set(triples.map(([user, item]) => `${user} ${item}`));
    for (let user = 0; user < 20; user++) {
      for (let n = 0; n < 10; n++) {
        const own = `item ${2 * n + (user % 2)}`;
        const other = `item ${2 * n + 1 - (user % 2)}`;
        if (seen.has(`user ${user} ${own}`)) continue;
        const [a, b] = model.predict([
          [`user ${user}`, own],
          [`user ${user}`, other],
        ]);
        expect(a!.output).toBeGreaterThan(b!.output as number);
      }
    }
  });

  test('scores an unknown user as users are scored on average, and an unknown item 0', () => {
    const data = build([...rate({ users: 20, items: 15, ratingsPerUser: 6, seed: 1 })].map(named));

    const model = factorise(implicitAls(data, options));

    const item = data.items[3]!;
    const outputs = model
      .predict([...data.users, 'nobody'].map((user) => [user, item]))
      .map(({ output }) => output as number);
    expect(outputs.pop()).toBeCloseTo(sum(outputs) / outputs.length, 12);
    expect(model.predict([[data.users[0]!, 'nothing']])).toEqual([{ output: 0 }]);
  });
});
