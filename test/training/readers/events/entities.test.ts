import type { EntitySource } from '../../../../config/models/data-source';
import type { ScalarFeature } from '../../../../learning/model';
import type { DataError } from '../../../../training/data-error';
import { readEntities } from '../../../../training/readers/events/entities';
import { givenEventService } from '../../../support/event-service';

const given = givenEventService();
let notices: string[];

beforeEach(() => {
  notices = [];
});

const features: ScalarFeature[] = [
  { name: 'height', type: 'float', aliases: ['tall'] },
  { name: 'petals', type: 'int', aliases: [] },
];

interface Change {
  readonly event?: string;
  readonly id: string;
  readonly properties?: object;
  /** Day of January 2026. */
  readonly day?: number;
  readonly entityType?: string;
}

const timeOf = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00Z`;

/** Sends events, in this order. */
async function send(changes: readonly Change[], channel = ''): Promise<void> {
  const events = changes.map(({ event = '$set', id, properties, day = 1, entityType = 'flower' }) => ({
    event,
    entityType,
    entityId: id,
    properties,
    eventTime: timeOf(day),
  }));
  const path = `/batch/events.json?accessKey=${given.app.key}${channel && `&channel=${channel}`}`;
  const { json } = await given.service.send('POST', path, events);
  expect((json as { status: number }[]).map(({ status }) => status)).toEqual(events.map(() => 201));
}

const read = (source: Partial<EntitySource> = {}, signal?: AbortSignal) =>
  readEntities(
    {
      pool: given.service.database.pool,
      source: { events: given.app.name, entityType: 'flower', ...source },
      features,
      target: 'kind',
      onNotice: (line) => notices.push(line),
    },
    signal,
  );

const failure = (source: Partial<EntitySource> = {}): Promise<DataError> =>
  read(source).then(
    () => {
      throw new Error('was read without an error');
    },
    (error) => error,
  );

const rose = { height: 1.5, petals: 5, kind: 'rose' };

describe('entities', () => {
  test('are rows by id, made of what their events left', async () => {
    await send([
      { id: 'b', properties: { ...rose, kind: 'lily', scent: 'sweet' }, day: 2 },
      { id: 'a', properties: { height: 1, petals: 4 }, day: 1 },
      // Arrives last, but was true only before.
      { id: 'b', properties: { height: 9 }, day: 1 },
      { id: 'a', properties: { petals: 3, kind: 'rose' }, day: 2 },
    ]);

    const { rows, labels } = await read();

    expect(rows).toEqual([
      [1, 3],
      [1.5, 5],
    ]);
    expect(labels).toEqual(['rose', 'lily']);
    expect(notices).toEqual([]);
  });

  test('that were deleted are none, unless they were set again', async () => {
    await send([
      { id: 'gone', properties: rose, day: 1 },
      { id: 'gone', event: '$delete', day: 2 },
      { id: 'back', properties: { ...rose, petals: 8 }, day: 1 },
      { id: 'back', event: '$delete', day: 2 },
      { id: 'back', properties: rose, day: 3 },
    ]);

    expect((await read()).rows).toEqual([[1.5, 5]]);
    expect(notices).toEqual([]);
  });

  test('without a property, or with null, are left out and counted', async () => {
    await send([
      { id: 'whole', properties: rose },
      { id: 'null', properties: { ...rose, petals: null } },
      { id: 'unset', properties: rose, day: 1 },
      { id: 'unset', event: '$unset', properties: { kind: null, height: null }, day: 2 },
      { id: 'empty label', properties: { ...rose, kind: '' } },
      { id: 'empty' },
    ]);

    const { rows } = await read();

    expect(rows).toEqual([[1.5, 5]]);
    expect(notices).toEqual([
      `flower entities of app '${given.app.name}': 4 of 5 left out for want of properties; ` +
        'without height: 2, without petals: 2, without kind: 3',
    ]);
  });

  test('may have a property under an alias, and numbers as texts or labels', async () => {
    await send([{ id: 'a', properties: { tall: '1.5', petals: '5', kind: 7 } }]);

    const { rows, labels } = await read();

    expect(rows).toEqual([[1.5, 5]]);
    expect(labels).toEqual(['7']);
  });

  test('of other types, of other channels and other events do not count', async () => {
    await send([
      { id: 'a', properties: rose },
      { id: 'b', properties: rose, entityType: 'tree' },
      { id: 'a', properties: { petals: 9 }, event: 'watered', day: 3 },
    ]);
    await send([{ id: 'c', properties: rose }], 'backup');

    expect((await read()).rows).toHaveLength(1);
    expect((await read({ channel: 'backup' })).rows).toHaveLength(1);
  });

  test('may be read as of a time', async () => {
    await send([1, 2, 3, 4].map((day) => ({ id: 'a', day, properties: day === 1 ? rose : { petals: day * 10 } })));

    expect((await read({ untilTime: timeOf(3) })).rows).toEqual([[1.5, 20]]);
    expect((await failure({ startTime: timeOf(2) })).message).toContain('without height: 1');
  });

  test('have a digest of what is learnt from them, and of nothing else', async () => {
    await send([{ id: 'a', properties: rose }]);
    const first = await read();
    await send([{ id: 'a', properties: { scent: 'sweet' }, day: 2 }]);
    const scented = await read();
    await send([{ id: 'a', properties: { petals: 6 }, day: 3 }]);
    const changed = await read();

    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(scented.sha256).toBe(first.sha256);
    expect(changed.sha256).not.toBe(first.sha256);
  });

  test('are not read on after a signal', async () => {
    await send([{ id: 'a', properties: rose }]);

    await expect(read({}, AbortSignal.abort(new Error('cancelled by the user')))).rejects.toThrow(
      'cancelled by the user',
    );
  });
});

describe('entities that cannot be read', () => {
  test('because there is no such app: the error says how to make it', async () => {
    const error = await failure({ events: 'nowhere' });

    expect([error.message, error.exitCode]).toEqual([
      "flower entities of app 'nowhere': there is no such app; make it with: modelapp app new nowhere",
      3,
    ]);
  });

  test('because there is no such channel: the error says how to make it', async () => {
    const error = await failure({ channel: 'web' });

    expect([error.message, error.exitCode]).toEqual([
      `flower entities of app '${given.app.name}', channel 'web': there is no such channel; ` +
        `make it with: modelapp app channel-new ${given.app.name} web`,
      3,
    ]);
  });

  test('because there are none', async () => {
    const error = await failure();

    expect([error.message, error.exitCode]).toEqual([
      `flower entities of app '${given.app.name}': there are none; ` +
        'send $set events to the event server, or pass them to: modelapp import',
      3,
    ]);
  });

  test('because none has all properties', async () => {
    await send([{ id: 'a', properties: { height: 1 } }]);

    const error = await failure();

    expect([error.message, error.exitCode]).toEqual([
      `flower entities of app '${given.app.name}': none has all properties; without petals: 1, without kind: 1`,
      5,
    ]);
  });

  test.each([
    ['petals', 5.5, '5.5 is not a whole number within ±(2^53 − 1)'],
    ['height', 'tall', '"tall" is not a number'],
    ['kind', ['rose'], '["rose"] is not a text'],
  ])('because %s is %j', async (property, value, fault) => {
    await send([{ id: 'f1', properties: { ...rose, [property]: value } }]);

    const error = await failure();

    expect([error.message, error.exitCode]).toEqual([
      `flower entities of app '${given.app.name}': f1: ${property}: ${fault}`,
      5,
    ]);
  });
});
