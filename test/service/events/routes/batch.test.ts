import { createTestKey, givenEventService } from '../../../support/event-service';

const given = givenEventService();

const buy = { event: 'buy', entityType: 'user', entityId: 'u1' };
const send = (batch: unknown, key = given.app.key) =>
  given.service.send('POST', `/batch/events.json?accessKey=${key}`, batch);
const stored = async () => {
  const { rows } = await given.service.database.pool.query('select event_id, entity_id from events where app = $1', [
    given.app.id,
  ]);
  return rows;
};
const conflict = 'An event with this eventId and other content already exists.';

describe('A batch', () => {
  it('is answered for each event in their order', async () => {
    const key = await createTestKey(given.service.database.pool, given.app.id, ['buy']);
    await send([{ ...buy, eventId: 'taken' }]);

    const { status, json } = await send(
      [
        buy,
        { event: 'buy' },
        7,
        { ...buy, event: 'view' },
        { ...buy, eventId: 'taken', entityId: 'u2' },
        { ...buy, eventId: 'mine' },
      ],
      key,
    );

    expect(status).toBe(200);
    expect(json).toEqual([
      { status: 201, eventId: expect.stringMatching(/^[0-9a-f]{32}$/) },
      { status: 400, message: 'The field entityType is required.' },
      { status: 400, message: 'The event must be a JSON object.' },
      { status: 403, message: 'view events are not allowed' },
      { status: 409, message: conflict },
      { status: 201, eventId: 'mine' },
    ]);
  });

  it('of which every event fails is 200 all the same', async () => {
    const { status, json } = await send([null, {}]);

    expect(status).toBe(200);
    expect(json).toMatchObject([{ status: 400 }, { status: 400 }]);
  });

  it('without events is answered without events', async () => {
    expect((await send([])).text).toBe('[]');
  });

  it('stores the first of the events with one id', async () => {
    const event = { ...buy, eventId: 'same' };

    const { json } = await send([event, { ...event, entityId: 'u2' }, event]);

    expect(json).toEqual([
      { status: 201, eventId: 'same' },
      { status: 409, message: conflict },
      { status: 201, eventId: 'same' },
    ]);
    expect(await stored()).toEqual([{ event_id: 'same', entity_id: 'u1' }]);
  });

  it('keeps the order of its events of one time, whatever their ids', async () => {
    const eventTime = '2024-01-01T00:00:00Z';
    const ids = ['z', 'a', 'm', '0'];

    await send(ids.map((eventId) => ({ ...buy, eventId, eventTime })));

    const { json } = await given.service.send('GET', `/events.json?accessKey=${given.app.key}`);
    expect((json as { eventId: string }[]).map(({ eventId }) => eventId)).toEqual(ids);
  });

  it.each([
    ['{}', 'The request body must be a JSON array.'],
    ['[', 'The request body is not valid JSON: expected a value, found the end at line 1, column 2.'],
    [JSON.stringify(Array(51).fill(buy)), 'Batch request must have less than or equal to 50 events'],
  ])('is refused as a whole: %.20s', async (body, message) => {
    const { status, json } = await send(body);

    expect([status, json]).toEqual([400, { message }]);
    expect(await stored()).toEqual([]);
  });

  it('of the most events is stored', async () => {
    const { json } = await send(Array(50).fill(buy));

    expect(json).toHaveLength(50);
    expect(await stored()).toHaveLength(50);
  });
});
