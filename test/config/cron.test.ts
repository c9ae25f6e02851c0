import { nextOccurrence } from '../../config/cron';
import { type ConfigError, resolveConfig } from '../../config/resolve';

const faultsOf = (options: object): readonly string[] => {
  const model = { algorithm: 'als', source: { csv: 'ratings.csv' }, ...options };
  try {
    resolveConfig({ models: { movies: model } });
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
};

it.each([
  ['0 3 * * *', '2026-07-01T02:59:59.900Z', '2026-07-01T03:00:00.000Z'],
  ['0 3 * * *', '2026-07-01T03:00:00.000Z', '2026-07-02T03:00:00.000Z'],
  ['*/15 * * * *', '2026-07-01T03:00:00.000Z', '2026-07-01T03:15:00.000Z'],
  ['30 2 * * MON-FRI Europe/Berlin', '2026-07-03T12:00:00.000Z', '2026-07-06T00:30:00.000Z'],
  ['30 2 * * * Europe/Berlin', '2026-01-01T00:00:00.000Z', '2026-01-01T01:30:00.000Z'],
])('%s comes after %s at %s', (expression, after, at) => {
  expect(faultsOf({ batchRetrainSchedule: expression, reload: expression })).toEqual([]);
  expect(nextOccurrence(expression, new Date(after))?.toISOString()).toBe(at);
});

const example = "write minute, hour, day, month and weekday, such as '0 3 * * *'";

describe.each(['batchRetrainSchedule', 'reload'])('a faulty %s is told with its path', (option) => {
  it.each([
    ['nightly', `'nightly' has too few fields; ${example}`],
    ['0 3 * *', `'0 3 * *' has too few fields; ${example}`],
    ['0 25 * * *', `'0 25 * * *' is no cron expression (Invalid value for hour: 25); ${example}`],
    ['0 0 30 2 *', `'0 0 30 2 *' never comes; ${example}`],
    ['0 3 * * * Mars/Olympus', "'Mars/Olympus' is no time zone; write one such as Europe/Berlin, or none for UTC"],
    ['0 0 3 * * *', "'*' is no time zone; write one such as Europe/Berlin, or none for UTC"],
    [7, 'must be string, not 7'],
  ])('%j', (value, fault) => {
    expect(faultsOf({ [option]: value })).toEqual([`models.movies.${option}: ${fault}`]);
  });
});

it('a model is retrained by a delay or by a schedule, not by both', () => {
  expect(faultsOf({ batchRetrainSchedule: '0 3 * * *', batchRetrainDelayInMillis: 60_000 })).toEqual([
    'models.movies.batchRetrainSchedule: does not go with batchRetrainDelayInMillis; leave one of them out',
  ]);
});
