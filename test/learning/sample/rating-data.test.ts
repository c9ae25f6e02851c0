import { type RatingDataOptions, rate } from '../../../learning/sample/rating-data';

const options: RatingDataOptions = { users: 200, items: 50, ratingsPerUser: 15, seed: 4 };

describe('rating data', () => {
  test('has halves from 1 to 5, of each user and item once at most', () => {
    const ratings = [...rate(options)];

    expect(ratings.every(({ rating }) => rating >= 1 && rating <= 5 && Number.isInteger(2 * rating))).toBe(true);
    expect(new Set(ratings.map(({ user, item }) => `${user} ${item}`)).size).toBe(ratings.length);
    expect(new Set(ratings.map(({ user }) => user)).size).toBe(200);
    expect(Math.max(...ratings.map(({ item }) => item))).toBeLessThan(50);
  });

  test('is the same for the same seed, and another for another', () => {
    expect([...rate(options)]).toEqual([...rate(options)]);
    expect([...rate(options)]).not.toEqual([...rate({ ...options, seed: 5 })]);
  });
});
