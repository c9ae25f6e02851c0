import { formatJson } from '../../../../../service/events/format/json';
import { parseJson } from '../../../../../service/events/format/parse-json';
import { fromSegment } from '../../../../../service/events/format/webhooks/segment';

const common = {
  version: 2,
  sent_at: '2015-08-21T15:00:00.000Z',
  timestamp: '2015-08-21T15:25:13.000Z',
  user_id: 'u1',
};
const convert = (body: unknown) => JSON.parse(formatJson(fromSegment(parseJson(JSON.stringify(body)))));

test.each<[string, object, object]>([
  ['identify', { traits: { plan: 'free' } }, { traits: { plan: 'free' } }],
  ['identify', {}, {}],
  ['track', { event: 'Bought', properties: { price: 1.5 } }, { event: 'Bought', properties: { price: 1.5 } }],
  ['alias', { previous_id: 'u0' }, { previous_id: 'u0' }],
  ['page', { name: 'Home', properties: { url: '/' } }, { name: 'Home', properties: { url: '/' } }],
  ['screen', { name: 'Main', properties: null }, { name: 'Main' }],
  ['group', { group_id: 'g1', traits: { size: 3 } }, { group_id: 'g1', traits: { size: 3 } }],
])('%s with %j becomes an event of the user', (type, fields, properties) => {
  expect(convert({ ...common, type, ...fields, other: true })).toEqual({
    event: type,
    entityType: 'user',
    entityId: 'u1',
    properties,
    eventTime: '2015-08-21T15:25:13.000Z',
  });
});

test('a user without an id is known by the anonymous one', () => {
  const body = { ...common, user_id: null, anonymous_id: 'a1', type: 'page' };
  expect(convert(body)).toMatchObject({ entityId: 'a1' });
});

test('a numeric id becomes its digits', () => {
  expect(convert({ ...common, user_id: 42, type: 'page' })).toMatchObject({ entityId: '42' });
});

const context = { ip: '10.0.0.1', user_agent: 'Mozilla', library: { name: 'a.js', version: '1' }, page: 'x' };

test('a context that is whole is kept', () => {
  expect(convert({ ...common, type: 'page', context }).properties).toEqual({ context });
});

test.each<[string, unknown]>([
  ['without an address', { ...context, ip: undefined }],
  ['without a user agent', { ...context, user_agent: null }],
  ['without a library', { ...context, library: 'a.js' }],
  ['without the name of the library', { ...context, library: { version: '1' } }],
  ['without the version of the library', { ...context, library: { name: 'a.js' } }],
  ['that is a text', 'here'],
])('a context %s is dropped', (_, incomplete) => {
  expect(convert({ ...common, type: 'page', context: incomplete }).properties).toEqual({});
});

const track = { ...common, type: 'track', event: 'Bought' };

test.each<[string, unknown]>([
  ['The request body must be a JSON object.', []],
  ['Failed to get segment.io API version.', { ...track, version: undefined, type: undefined }],
  ['Failed to get segment.io API version.', { ...track, version: null }],
  ['The field type is required.', { ...track, type: undefined, sent_at: undefined }],
  ['The field type must be a string.', { ...track, type: {} }],
  ['The field sent_at is required.', { ...track, sent_at: undefined, timestamp: undefined }],
  ['The field timestamp is required.', { ...track, timestamp: null }],
  ['Cannot convert unknown type toString to event JSON.', { ...track, type: 'toString' }],
  [`Cannot convert unknown type ${'x'.repeat(100)} to event JSON.`, { ...track, type: 'x'.repeat(200) }],
  ['The field user_id or anonymous_id is required.', { ...track, user_id: undefined }],
  ['The field user_id must be a string.', { ...track, user_id: [1] }],
  ['The field user_id is required.', { ...common, type: 'identify', user_id: undefined, anonymous_id: 'a' }],
  ['The field user_id is required.', { ...common, type: 'alias', user_id: undefined, anonymous_id: 'a' }],
  ['The field event is required.', { ...track, event: undefined }],
  ['The field previous_id is required.', { ...common, type: 'alias' }],
  ['The field group_id is required.', { ...common, type: 'group' }],
])('%s', (message, body) => {
  expect(() => convert(body)).toThrow(expect.objectContaining({ message }));
});
