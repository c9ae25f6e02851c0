import { formatJson } from '../../../../service/events/format/json';
import { parseEvent } from '../../../../service/events/format/parse-event';
import { parseJson } from '../../../../service/events/format/parse-json';

const parse = (text: string) => parseEvent(parseJson(text));
const valid = { event: 'rate', entityType: 'user', entityId: 'u1' };
/** A valid event with some fields changed; `undefined` takes one away. */
const parseWith = (changes: object) => parse(JSON.stringify({ ...valid, ...changes }));

test('an event needs no more than its name and its entity', () => {
  expect(parseWith({})).toEqual({
    eventId: undefined,
    event: 'rate',
    entityType: 'user',
    entityId: 'u1',
    targetEntityType: undefined,
    targetEntityId: undefined,
    properties: '{}',
    eventTime: undefined,
    prId: undefined,
  });
});

test('all fields are read, and unknown ones ignored', () => {
  const event = parseWith({
    eventId: 'a1',
    targetEntityType: 'item',
    targetEntityId: 'i1',
    properties: { rating: 4 },
    eventTime: '2004-12-13T21:39:45.618-07:00',
    prId: 'p1',
    tags: 5,
    creationTime: [],
    appId: 1,
  });
  expect(event).toEqual({
    ...valid,
    eventId: 'a1',
    targetEntityType: 'item',
    targetEntityId: 'i1',
    properties: '{"rating":4}',
    eventTime: { millis: Date.parse('2004-12-13T21:39:45.618-07:00'), offsetMinutes: -420 },
    prId: 'p1',
  });
});

test('null in an optional field is as good as none', () => {
  const optional = ['eventId', 'targetEntityType', 'targetEntityId', 'properties', 'eventTime', 'prId'];
  const nulls = Object.fromEntries(optional.map((field) => [field, null]));
  expect(parseWith(nulls)).toEqual(parseWith({}));
});

test('a number in a string field becomes its digits as written', () => {
  const event = parse(
    '{"event":1.0,"entityType":1e2,"entityId":12345678901234567890,"eventId":007e}'.replace('007e', '7'),
  );
  expect([event.event, event.entityType, event.entityId, event.eventId]).toEqual([
    '1.0',
    '1e2',
    '12345678901234567890',
    '7',
  ]);
});

test('properties keep what a double or an object would lose', () => {
  const properties = '{"__proto__":1,"n":12345678901234567890.50,"z":"\\u0000","s":"\\ud800","nothing":null}';
  expect(parse(`{"event":"e","entityType":"t","entityId":"i","properties":${properties}}`).properties).toBe(properties);
});

test.each(['$set', '$unset', '$delete'])('%s is taken', (event) => {
  expect(parseWith({ event, properties: { a: 1 } }).event).toBe(event);
});

test.each(['$set', '$delete'])('%s needs no properties', (event) => {
  expect(parseWith({ event }).properties).toBe('{}');
});

test('pio_pr is a type of entity and of target', () => {
  expect(parseWith({ entityType: 'pio_pr', targetEntityType: 'pio_pr', targetEntityId: '1' })).toMatchObject({
    entityType: 'pio_pr',
    targetEntityType: 'pio_pr',
  });
});

const target = { targetEntityType: 'item', targetEntityId: 'i1' };
const reserved = "is not allowed. 'pio_' is a reserved name prefix.";
const notStorable = 'must not contain U+0000 or a lone surrogate.';
const badId = 'eventId must be 1 to 128 of A-Z a-z 0-9 _ ~ : . - and not start with a dot.';

test.each<[string, object]>([
  // absent, null, wrong type
  ['The field event is required.', { event: undefined }],
  ['The field entityType is required.', { entityType: undefined }],
  ['The field entityId is required.', { entityId: undefined }],
  ['The required field event cannot be null.', { event: null }],
  ['The required field entityType cannot be null.', { entityType: null }],
  ['The required field entityId cannot be null.', { entityId: null }],
  ['The field eventId must be a string.', { eventId: true }],
  ['The field event must be a string.', { event: ['rate'] }],
  ['The field entityType must be a string.', { entityType: {} }],
  ['The field entityId must be a string.', { entityId: false }],
  ['The field targetEntityType must be a string.', { targetEntityType: [] }],
  ['The field targetEntityId must be a string.', { targetEntityId: {} }],
  ['The field properties must be an object.', { properties: [] }],
  ['The field properties must be an object.', { properties: 'none' }],
  ['The field eventTime must be a string.', { eventTime: {} }],
  ['The field prId must be a string.', { prId: true }],
  // time
  ['Fail to extract eventTime yesterday', { eventTime: 'yesterday' }],
  ['Fail to extract eventTime 1102973985618', { eventTime: 1102973985618 }],
  ['Fail to extract eventTime ', { eventTime: '' }],
  [`Fail to extract eventTime ${'x'.repeat(100)}`, { eventTime: 'x'.repeat(101) }],
  [`Fail to extract eventTime ${'😀'.repeat(100)}`, { eventTime: '😀'.repeat(101) }],
  // empty
  ['event must not be empty.', { event: '' }],
  ['entityType must not be empty string.', { entityType: '' }],
  ['entityId must not be empty string.', { entityId: '' }],
  ['targetEntityType must not be empty string', { ...target, targetEntityType: '' }],
  ['targetEntityId must not be empty string.', { ...target, targetEntityId: '' }],
  // one target field alone
  ['targetEntityType and targetEntityId must be specified together.', { targetEntityType: 'item' }],
  ['targetEntityType and targetEntityId must be specified together.', { targetEntityId: 'i1' }],
  // $unset without properties
  ['properties cannot be empty for $unset event', { event: '$unset' }],
  ['properties cannot be empty for $unset event', { event: '$unset', properties: {} }],
  // reserved event names
  ['$sets is not a supported reserved event name.', { event: '$sets' }],
  ['pio_set is not a supported reserved event name.', { event: 'pio_set' }],
  [`$${'x'.repeat(99)} is not a supported reserved event name.`, { event: `$${'x'.repeat(300)}` }],
  // entity events with a target
  ['Reserved event $set cannot have targetEntity', { event: '$set', ...target }],
  ['Reserved event $unset cannot have targetEntity', { event: '$unset', properties: { a: 1 }, ...target }],
  ['Reserved event $delete cannot have targetEntity', { event: '$delete', ...target }],
  // reserved types and properties
  [`The entityType $user ${reserved}`, { entityType: '$user' }],
  [`The entityType pio_user ${reserved}`, { entityType: 'pio_user' }],
  [`The targetEntityType pio_item ${reserved}`, { ...target, targetEntityType: 'pio_item' }],
  [`The property pio_score ${reserved}`, { properties: { ok: 1, pio_score: 2 } }],
  [`The property pio_pr ${reserved}`, { properties: { pio_pr: 2 } }],
  [`The property $score ${reserved}`, { properties: { $score: 2 } }],
  // not storable
  [badId, { eventId: '' }],
  [badId, { eventId: '.a' }],
  [badId, { eventId: 'a/b' }],
  [badId, { eventId: 'a\n' }],
  [badId, { eventId: 'a'.repeat(129) }],
  ['event must be at most 255 bytes.', { event: 'ä'.repeat(128) }],
  ['entityType must be at most 255 bytes.', { entityType: 'x'.repeat(256) }],
  ['entityId must be at most 1024 bytes.', { entityId: '€'.repeat(342) }],
  ['targetEntityType must be at most 255 bytes.', { ...target, targetEntityType: '😀'.repeat(64) }],
  ['targetEntityId must be at most 1024 bytes.', { ...target, targetEntityId: 'x'.repeat(1025) }],
  ['prId must be at most 1024 bytes.', { prId: 'x'.repeat(1025) }],
  [`event ${notStorable}`, { event: 'a\0' }],
  [`entityType ${notStorable}`, { entityType: '\ud800' }],
  [`entityId ${notStorable}`, { entityId: 'x\udc00y' }],
  [`targetEntityType ${notStorable}`, { ...target, targetEntityType: '\0' }],
  [`targetEntityId ${notStorable}`, { ...target, targetEntityId: '\udc00\ud800' }],
  [`prId ${notStorable}`, { prId: '\0' }],
])('%s', (message, changes) => {
  expect(() => parseWith(changes)).toThrow(expect.objectContaining({ message }));
});

test.each([
  ['event', 'ä'.repeat(127)],
  ['entityType', '😀'.repeat(63)],
  ['entityId', '€'.repeat(341)],
  ['prId', '\ud83d\ude00'],
  ['eventId', `A_~:.-${'9'.repeat(122)}`],
])('%s may be as long as the tables hold', (field, value) => {
  expect(parseWith({ [field]: value })).toHaveProperty(field, value);
});

/** One fault of each kind, in the order of the rows; each leaves those after it in place. */
const faults: readonly [string, object][] = [
  ['The field prId must be a string.', { prId: {} }],
  ['Fail to extract eventTime x', { eventTime: 'x' }],
  ['entityId must not be empty string.', { entityId: '' }],
  ['targetEntityType and targetEntityId must be specified together.', { targetEntityType: 'pio_item' }],
  ['properties cannot be empty for $unset event', { event: '$unset' }],
  ['$sets is not a supported reserved event name.', { event: '$sets' }],
  [`The entityType $user ${reserved}`, { entityType: '$user' }],
  [badId, { eventId: '.' }],
];

test.each(faults.map(([message], index) => [message, index] as const))(
  '%s comes before the faults of later rows',
  (message, index) => {
    const changes = Object.assign(
      {},
      ...faults
        .slice(index)
        .reverse()
        .map(([, fault]) => fault),
    );
    expect(() => parseWith(changes)).toThrow(expect.objectContaining({ message }));
  },
);

test('in a row the first field of the output counts', () => {
  expect(() => parse('{"prId":[],"properties":1,"entityType":null}')).toThrow('The field event is required.');
});

test.each(['[]', '"rate"', '1', 'null', 'true'])('%s is no event', (text) => {
  expect(() => parse(text)).toThrow('The request body must be a JSON object.');
});

test('whoever calls says what is no object', () => {
  expect(() => parseEvent([], 'The event must be a JSON object.')).toThrow('The event must be a JSON object.');
});

test('properties come out compact', () => {
  const text = '{ "a" : [ 1 , {"b" : "c d"} ] }';
  const { properties } = parse(`{"event":"e","entityType":"t","entityId":"i","properties":${text}}`);
  expect(properties).toBe(formatJson(parseJson(text)));
  expect(properties).toBe('{"a":[1,{"b":"c d"}]}');
});
