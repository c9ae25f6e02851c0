import fc from 'fast-check';
import { createTestApp, givenEventService } from '../../../support/event-service';

const given = givenEventService();

const post = (event: object) =>
  given.service.send('POST', `/events.json?accessKey=${given.app.key}`, {
    entityType: 'user',
    entityId: 'u1',
    ...event,
  });
const get = (path: string) => given.service.send('GET', `/entities/${path}?accessKey=${given.app.key}`);
const at = (second: number) => `2024-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

describe('An entity', () => {
  it('is what its events left, with the times of all of them', async () => {
    await post({ event: '$set', properties: { a: 1, b: null }, eventTime: at(2) });
    await post({ event: '$set', properties: { c: { d: 1 } }, eventTime: '2024-01-01T01:00:03+01:00' });
    await post({ event: '$unset', properties: { a: '' }, eventTime: at(4) });
    await post({ event: 'buy', properties: { z: 1 }, eventTime: at(9) });

    const { status, text } = await get('user/u1.json');

    expect(status).toBe(200);
    expect(text).toBe(
      `{"entityType":"user","entityId":"u1","properties":{"b":null,"c":{"d":1}},"firstUpdated":"${at(2)}","lastUpdated":"${at(4)}"}`,
    );
  });

  it.each([
    ['nothing', []],
    ['other events alone', [{ event: 'buy' }]],
    ['an unset alone', [{ event: '$unset', properties: { a: 1 } }]],
    [
      'a deletion at the end',
      [
        { event: '$set', eventTime: at(1) },
        { event: '$delete', eventTime: at(2) },
      ],
    ],
  ])('of which there is %s is not found', async (_what, sent) => {
    for (const event of sent) await post(event);

    const { status, text } = await get('user/u1.json');

    expect([status, text]).toEqual([404, '{"message":"Not Found"}']);
  });

  it('may have any name', async () => {
    const entityId = 'ü/ .json?&%\n';
    await post({ event: '$set', entityType: 'a.b/c', entityId });

    const { json } = await get(`${encodeURIComponent('a.b/c')}/${encodeURIComponent(entityId)}.json`);

    expect(json).toMatchObject({ entityType: 'a.b/c', entityId, properties: {} });
  });

  it('of the longest name is found', async () => {
    const entityId = 'ü'.repeat(512);
    await post({ event: '$set', entityId });

    expect((await get(`user/${encodeURIComponent(entityId)}.json`)).status).toBe(200);
  });
});

describe('A page of entities', () => {
  it('is empty if there are none', async () => {
    const { status, text } = await get('user.json');

    expect([status, text]).toEqual([200, '[]']);
  });

  it('is in the order of bytes and leads to the next, without those that were deleted', async () => {
    for (const entityId of ['b', 'ü', 'a', 'Z', '\u{1F600}', '\uFFFD', 'c']) await post({ event: '$set', entityId });
    await post({ event: '$delete', entityId: 'c' });

    const ids: string[] = [];
    let pages = 0;
    for (let path = `/entities/user.json?accessKey=${given.app.key}&limit=2`; path !== ''; pages += 1) {
      const { json, headers } = await given.service.send('GET', path);
      ids.push(...(json as { entityId: string }[]).map(({ entityId }) => entityId));
      path = /<([^>]*)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
    }

    expect(ids).toEqual(['Z', 'a', 'b', 'ü', '\uFFFD', '\u{1F600}']);
    expect(pages).toBe(3);
  });

  it.each(['0', '1001', '-1', 'x'])('has no size of %s', async (limit) => {
    const { status, json } = await given.service.send(
      'GET',
      `/entities/user.json?accessKey=${given.app.key}&limit=${limit}`,
    );

    expect([status, json]).toEqual([400, { message: 'The parameter limit must be a whole number from 1 to 1000.' }]);
  });
});

test('entities are what a plain model makes of the same events, equal times too', async () => {
  const change = fc.record({
    event: fc.constantFrom('$set', '$set', '$unset', '$delete'),
    entityId: fc.constantFrom('a', 'b', 'c'),
    properties: fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), fc.constantFrom(1, null, 'v'), { minKeys: 1 }),
    second: fc.integer({ min: 0, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
      const own = await createTestApp(given.service.database);
      const batch = changes.map(({ second, ...event }) => ({ ...event, entityType: 'user', eventTime: at(second) }));
      await given.service.send('POST', `/batch/events.json?accessKey=${own.key}`, batch);

      const { json } = await given.service.send('GET', `/entities/user.json?accessKey=${own.key}`);

      const model = new Map<string, Map<string, unknown> | undefined>();
      for (const { event, entityId, properties } of changes.toSorted((a, b) => a.second - b.second)) {
        const state = model.get(entityId);
        if (event === '$delete') model.set(entityId, undefined);
        if (event === '$set') model.set(entityId, new Map([...(state ?? []), ...Object.entries(properties)]));
        if (event === '$unset') for (const name of Object.keys(properties)) state?.delete(name);
      }
      const expected = [...model].flatMap(([id, state]) => (state ? [[id, Object.fromEntries(state)]] : [])).sort();
      const found = (json as { entityId: string; properties: object }[]).map((entity) => [
        entity.entityId,
        entity.properties,
      ]);
      expect(found).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
