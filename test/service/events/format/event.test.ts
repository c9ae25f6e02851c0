import { type Event, formatEvent, repeats, type StoredEvent } from '../../../../service/events/format/event';

const stored: StoredEvent = {
  eventId: 'a1',
  event: 'rate',
  entityType: 'user',
  entityId: 'u"1',
  targetEntityType: 'item',
  targetEntityId: 'i1',
  properties: '{"rating":4.0}',
  eventTime: { millis: Date.parse('2004-12-13T21:39:45.618-07:00'), offsetMinutes: -420 },
  prId: 'p1',
  creationTime: Date.parse('2026-01-02T03:04:05.006Z'),
};

test('the output has all fields in their order', () => {
  expect(formatEvent(stored)).toBe(
    '{"eventId":"a1","event":"rate","entityType":"user","entityId":"u\\"1","targetEntityType":"item",' +
      '"targetEntityId":"i1","properties":{"rating":4.0},"eventTime":"2004-12-13T21:39:45.618-07:00","prId":"p1",' +
      '"creationTime":"2026-01-02T03:04:05.006Z"}',
  );
});

test('absent options are left out', () => {
  const bare = { ...stored, targetEntityType: undefined, targetEntityId: undefined, prId: undefined };
  expect(Object.keys(JSON.parse(formatEvent(bare)))).toEqual([
    'eventId',
    'event',
    'entityType',
    'entityId',
    'properties',
    'eventTime',
    'creationTime',
  ]);
});

test.each<[string, Partial<Event>]>([
  ['itself', {}],
  ['the same instant at another offset', { eventTime: { millis: stored.eventTime.millis, offsetMinutes: 60 } }],
  ['no time', { eventTime: undefined }],
  ['the same properties written otherwise', { properties: '{"rating":4}' }],
])('an event with %s is a repeat', (_, change) => {
  expect(repeats({ ...stored, ...change }, stored)).toBe(true);
});

test.each<[string, Partial<Event>]>([
  ['another name', { event: 'buy' }],
  ['another type', { entityType: 'guest' }],
  ['another entity', { entityId: 'u2' }],
  ['another type of target', { targetEntityType: 'shop' }],
  ['another target', { targetEntityId: 'i2' }],
  ['no target', { targetEntityType: undefined, targetEntityId: undefined }],
  ['another time', { eventTime: { millis: stored.eventTime.millis + 1, offsetMinutes: -420 } }],
  ['another prId', { prId: 'p2' }],
  ['no prId', { prId: undefined }],
  ['other properties', { properties: '{"rating":5}' }],
])('an event with %s is none', (_, change) => {
  expect(repeats({ ...stored, ...change }, stored)).toBe(false);
});
