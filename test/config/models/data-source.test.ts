import { describeDataSource } from '../../../config/models/data-source';
import { ConfigError, resolveConfig } from '../../../config/resolve';

const flowers = (source: unknown) => ({
  models: { flowers: { algorithm: 'softmax', source, target: 'species', mapping: [{ name: 'width', type: 'float' }] } },
});

function faultsOf(source: unknown): readonly string[] {
  try {
    resolveConfig(flowers(source));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('the source of a model', () => {
  test.each<[unknown]>([
    [{ csv: 'flowers.csv' }],
    [{ csv: 'flowers.csv', delimiter: ';' }],
    [{ events: 'garden', entityType: 'flower' }],
    [
      {
        events: 'garden',
        channel: 'backup',
        entityType: 'flower',
        startTime: '2026-01-31T00:00:00Z',
        untilTime: '2026-02-01T00:00:00.5+01:00',
      },
    ],
  ])('may be %j, and nothing is added to it', (source) => {
    expect(resolveConfig(flowers(source)).models.flowers).toMatchObject({ source });
  });

  test.each<[string, unknown, string]>([
    ['neither file nor events', {}, 'models.flowers.source: needs csv, events or observations'],
    [
      'file and events',
      { csv: 'flowers.csv', events: 'garden', entityType: 'flower' },
      'models.flowers.source: has both csv and events; keep one',
    ],
    [
      'an app that is no name',
      { events: 7, entityType: 'flower' },
      'models.flowers.source.events: must be string, not 7',
    ],
    [
      'a channel of a file',
      { csv: 'flowers.csv', channel: 'backup' },
      'models.flowers.source.channel: goes with events, not with csv',
    ],
    [
      'a delimiter of events',
      { events: 'garden', entityType: 'flower', delimiter: ';' },
      'models.flowers.source.delimiter: goes with csv, not with events',
    ],
    [
      'events of which nobody knows what to make',
      { events: 'garden' },
      'models.flowers.source: needs entityType or interactions beside events',
    ],
    [
      'entities and interactions',
      { events: 'garden', entityType: 'flower', interactions: { names: ['buy'] } },
      'models.flowers.source: has both entityType and interactions; keep one',
    ],
    [
      'an option that is none',
      { events: 'garden', entitytype: 'flower', entityType: 'flower' },
      'models.flowers.source.entitytype: is not an option here; see docs/configuration.md',
    ],
    ...[
      ['a day that is none', '2026-02-30T00:00:00Z'],
      ['an hour that is none', '2026-02-28T25:00:00Z'],
      ['a zone that PostgreSQL does not know', '2026-02-28T00:00:00+16:00'],
      ['a year that PostgreSQL does not know', '0000-01-01T00:00:00Z'],
    ].map(([what = '', startTime = '']): [string, object, string] => [
      what,
      { events: 'garden', entityType: 'flower', startTime },
      `models.flowers.source.startTime: there is no such time: ${startTime}`,
    ]),
    [
      'a time that ends before it begins',
      {
        events: 'garden',
        entityType: 'flower',
        startTime: '2026-02-01T00:00:00Z',
        untilTime: '2026-02-01T00:00:00+01:00',
      },
      'models.flowers.source.untilTime: must be after startTime (2026-02-01T00:00:00Z)',
    ],
    [
      'interactions for a learner of rows',
      { events: 'garden', interactions: { names: ['buy'] } },
      'models.flowers.source.interactions: softmax learns from rows; give an entityType instead',
    ],
    [
      'observations for a learner of rows',
      { observations: true },
      'models.flowers.source.observations: go with als, not with softmax',
    ],
    [
      'observations and a file',
      { observations: true, csv: 'flowers.csv' },
      'models.flowers.source: has both csv and observations; keep one',
    ],
    [
      'a time of observations',
      { observations: true, startTime: '2026-02-01T00:00:00Z' },
      'models.flowers.source.startTime: goes with events, not with observations',
    ],
    [
      'observations that are none',
      { observations: false },
      'models.flowers.source.observations: must be equal to constant, not false',
    ],
    [
      'interactions of no event',
      { events: 'garden', interactions: { names: [] } },
      'models.flowers.source.interactions.names: must not have fewer than 1 items, not []',
    ],
  ])('cannot be %s', (_, source, fault) => {
    expect(faultsOf(source)).toContain(fault);
  });

  test.each<[Parameters<typeof describeDataSource>[0], string]>([
    [{ csv: 'data/flowers.csv' }, 'data/flowers.csv'],
    [{ observations: true }, 'observations'],
    [{ events: 'garden', entityType: 'flower' }, "flower entities of app 'garden'"],
    [
      {
        events: 'shop',
        channel: 'web',
        interactions: { names: ['rate', 'buy'], entityType: 'user', targetEntityType: 'item' },
      },
      "rate, buy events of app 'shop', channel 'web'",
    ],
  ])('%j is known to people as %s', (source, words) => {
    expect(describeDataSource(source)).toBe(words);
  });
});
