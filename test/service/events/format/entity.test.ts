import { formatEntity } from '../../../../service/events/format/entity';
import { JsonNumber, type JsonValue } from '../../../../service/events/format/json';

const times = { firstUpdated: Date.parse('2026-01-02T03:04:05Z'), lastUpdated: Date.parse('2026-01-03T00:00:00.5Z') };

test('an entity has its times in UTC and its properties as they were written', () => {
  const properties = new Map<string, JsonValue>([
    ['n', new JsonNumber('1.50')],
    ['__proto__', null],
  ]);
  expect(formatEntity('user', { id: 'u"1', properties, ...times })).toBe(
    '{"entityType":"user","entityId":"u\\"1","properties":{"n":1.50,"__proto__":null},' +
      '"firstUpdated":"2026-01-02T03:04:05.000Z","lastUpdated":"2026-01-03T00:00:00.500Z"}',
  );
});

test('an entity without live state has no form', () => {
  expect(formatEntity('user', { id: 'u1', properties: undefined, ...times })).toBeUndefined();
});
