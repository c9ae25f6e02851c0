import { givenEventService } from '../../../support/event-service';

const given = givenEventService();

const buy = { event: 'buy', entityType: 'user', entityId: 'u1' };
const post = (event: unknown) => given.service.send('POST', `/events.json?accessKey=${given.app.key}`, event);
const list = (query = '') => given.service.send('GET', `/events.json?accessKey=${given.app.key}&${query}`);
const idOf = ({ json }: { json: unknown }) => (json as { eventId: string }).eventId;
const eventIds = (json: unknown) => (json as { eventId: string }[]).map(({ eventId }) => eventId);

describe('POST /events.json', () => {
  it('answers 201 with nothing but an id of 32 hexadecimal digits', async () => {
    const { status, text } = await post(buy);

    expect(status).toBe(201);
    expect(text).toMatch(/^\{"eventId":"[0-9a-f]{12}7[0-9a-f]{19}"\}$/);
  });

  it('has the event in all its fields when it has answered', async () => {
    const event = {
      ...buy,
      targetEntityType: 'item',
      targetEntityId: 'i1',
      properties: { price: 1.5, tags: [null, 'a'] },
      eventTime: '2004-12-13T21:39:45.618-07:00',
      prId: 'p1',
    };
    const id = idOf(await post(event));

    const { json } = await given.service.send('GET', `/events/${id}.json?accessKey=${given.app.key}`);

    expect(json).toEqual({ eventId: id, ...event, creationTime: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) });
  });

  it('gives back every digit, every name and every kind of null of the properties', async () => {
    const properties = '{"a":123456789012345678901234567890.10,"__proto__":{"b":1e400},"c":null,"d":"\\u0000","e":""}';
    const id = idOf(await post(`{"event":"buy","entityType":"user","entityId":"u1","properties":${properties}}`));

    const { text } = await given.service.send('GET', `/events/${id}.json?accessKey=${given.app.key}`);

    expect(text).toContain(`"properties":${properties},`);
  });

  it.each(['0000-01-01T00:00:00+23:59', '9999-12-31T23:59:59.999-23:59', '1969-12-31T23:59:59.999Z'])(
    'keeps the time %s',
    async (eventTime) => {
      const id = idOf(await post({ ...buy, eventTime }));

      const { json } = await given.service.send('GET', `/events/${id}.json?accessKey=${given.app.key}`);

      expect(Date.parse((json as { eventTime: string }).eventTime)).toBe(Date.parse(eventTime));
    },
  );

  it('stores an event with an id of the client once, however often it is sent', async () => {
    const event = { ...buy, eventId: 'mine', properties: { n: 1.0 } };

    const answers = [await post(event), await post(event), await post({ ...event, properties: { n: 1 } })];

    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [201, '{"eventId":"mine"}']));
    expect(eventIds((await list()).json)).toEqual(['mine']);
  });

  it('refuses another event with an id that is taken, and keeps the first', async () => {
    await post({ ...buy, eventId: 'mine' });

    const { status, text } = await post({ ...buy, eventId: 'mine', entityId: 'u2' });

    expect(status).toBe(409);
    expect(text).toBe('{"message":"An event with this eventId and other content already exists."}');
    expect((await list()).json).toMatchObject([{ entityId: 'u1' }]);
  });

  it('keeps ids of two channels apart', async () => {
    await post({ ...buy, eventId: 'mine' });

    const path = `/events.json?accessKey=${given.app.key}&channel=backup`;
    const { status } = await given.service.send('POST', path, { ...buy, eventId: 'mine', entityId: 'u2' });

    expect(status).toBe(201);
    expect((await list('channel=backup')).json).toMatchObject([{ entityId: 'u2' }]);
  });

  it.each([
    [
      '{"event":"buy",}',
      "The request body is not valid JSON: expected a name in double quotes, found '}' at line 1, column 16.",
    ],
    ['', 'The request body is not valid JSON: the body is empty at line 1, column 1.'],
    ['[]', 'The request body must be a JSON object.'],
    ['{"entityType":"user","entityId":"u1"}', 'The field event is required.'],
    ['{"event":"$buy","entityType":"user","entityId":"u1"}', '$buy is not a supported reserved event name.'],
  ])('refuses %s', async (body, message) => {
    const { status, json } = await post(body);

    expect([status, json]).toEqual([400, { message }]);
  });

  it('refuses bad UTF-8', async () => {
    const { status, text } = await post(Uint8Array.of(0x22, 0xc3, 0x28, 0x22));

    expect(status).toBe(400);
    expect(text).toContain('bad UTF-8');
  });
});

describe('GET and DELETE /events/<id>.json', () => {
  it('deletes an event once, with the exact answer, and frees its id', async () => {
    await post({ ...buy, eventId: 'a.b~c:d-1' });
    const path = `/events/a.b~c:d-1.json?accessKey=${given.app.key}`;

    const [first, second] = [await given.service.send('DELETE', path), await given.service.send('DELETE', path)];
    const again = await post({ ...buy, eventId: 'a.b~c:d-1', entityId: 'u2' });

    expect([first.status, first.text]).toEqual([200, '{"message":"Found"}']);
    expect([second.status, second.text]).toEqual([404, '{"message":"Not Found"}']);
    expect(again.status).toBe(201);
  });

  it('takes a content type on requests without a body, as SDKs send it', async () => {
    await post({ ...buy, eventId: 'mine' });
    const path = `/events/mine.json?accessKey=${given.app.key}`;
    const headers = { 'content-type': 'application/json' };

    expect((await given.service.send('GET', path, undefined, headers)).status).toBe(200);
    expect((await given.service.send('DELETE', path, undefined, headers)).status).toBe(200);
  });

  it.each(['unknown', '%00', 'a%2Fb', `${'x'.repeat(300)}`])('knows no event %s', async (id) => {
    for (const method of ['GET', 'DELETE']) {
      const { status, text } = await given.service.send(method, `/events/${id}.json?accessKey=${given.app.key}`);
      expect([status, text]).toEqual([404, '{"message":"Not Found"}']);
    }
  });
});

describe('GET /events.json', () => {
  const times = ['10', '11', '11', '12'].map((minute) => `2024-01-01T00:${minute}:00Z`);

  beforeEach(async () => {
    const sent = [
      { ...buy, eventId: 'd', eventTime: times[3] },
      { ...buy, eventId: 'c', event: 'view', eventTime: times[1] },
      { ...buy, eventId: 'b', entityId: 'u2', targetEntityType: 'item', targetEntityId: 'i1', eventTime: times[2] },
      { ...buy, eventId: 'a', event: 'like', entityType: 'guest', eventTime: times[0] },
    ];
    for (const event of sent) await post(event);
  });

  it.each([
    ['', 'a c b d'],
    ['startTime=2024-01-01T00:11:00Z', 'c b d'],
    ['untilTime=2024-01-01T01:11:00%2B01:00', 'a'],
    ['entityType=guest', 'a'],
    ['entityId=u2', 'b'],
    ['targetEntityType=item', 'b'],
    ['targetEntityType=item&targetEntityId=i1', 'b'],
    ['event=view', 'c'],
    ['event=view&event=like', 'a c'],
    ['limit=2', 'a c'],
    ['limit=-1', 'a c b d'],
    ['limit=1001', 'a c b d'],
    ['entityType=user&entityId=u1&reversed=true', 'd c'],
    ['entityType=user&entityId=u1&reversed=ON&limit=1', 'd'],
    ['reversed=False', 'a c b d'],
    ['limit=1&limit=2', 'a'],
    ['nonsense=1', 'a c b d'],
  ])('%s lists %s', async (query, expected) => {
    const { status, json } = await list(query);

    expect([status, eventIds(json).join(' ')]).toEqual([200, expected]);
  });

  it.each([
    ['reversed=true', 'The parameter reversed can only be used with both entityType and entityId specified.'],
    [
      'reversed=1&entityType=user',
      'The parameter reversed can only be used with both entityType and entityId specified.',
    ],
    ['reversed=maybe', 'The parameter reversed must be true or false.'],
    ['startTime=2024-01-01T00:00:00+01:00', 'The parameter startTime is not a valid time: 2024-01-01T00:00:00 01:00'],
    ['untilTime=', 'The parameter untilTime is not a valid time: '],
    ['limit=0', 'The parameter limit must be -1 or a positive whole number.'],
    ['limit=-2', 'The parameter limit must be -1 or a positive whole number.'],
    ['limit=1.5', 'The parameter limit must be -1 or a positive whole number.'],
    ['cursor=x', 'The parameter cursor must be one from a Link header.'],
    ['cursor=WyIxIiwiMSIsInQiXQ', 'The parameter cursor must be one from a Link header.'],
    ['cursor=WyItOTk5OTk5OTk5OTk5OTk5IiwiMSIsIjEiXQ', 'The parameter cursor must be one from a Link header.'],
  ])('refuses %s', async (query, message) => {
    const { status, json } = await list(query);

    expect([status, json]).toEqual([400, { message }]);
  });

  it.each(['event=none', 'entityType=%00', 'limit=-1&event=none', 'startTime=2025-01-01T00:00:00Z'])(
    'answers 404 if it finds nothing: %s',
    async (query) => {
      const { status, text } = await list(query);

      expect([status, text]).toEqual([404, '{"message":"Not Found"}']);
    },
  );

  it('leads to the next page with the parameters of the request, and to none behind the last', async () => {
    const first = await list('event=buy&event=view&event=like&limit=3');
    const next = /^<(\/events\.json\?[^>]*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';

    const second = await given.service.send('GET', next);

    expect(eventIds(first.json)).toEqual(['a', 'c', 'b']);
    expect(new URLSearchParams(next.split('?')[1]).getAll('event')).toEqual(['buy', 'view', 'like']);
    expect(eventIds(second.json)).toEqual(['d']);
    expect(second.headers.get('link')).toBeNull();
  });

  it('answers an empty page behind a cursor with 200', async () => {
    const { headers } = await list('limit=3');
    const next = /<([^>]*)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
    await given.service.send('DELETE', `/events/d.json?accessKey=${given.app.key}`);

    const { status, text } = await given.service.send('GET', next);

    expect([status, text]).toEqual([200, '[]']);
  });
});

test('pages show every event that was stored before the first one exactly once, while others are stored', async () => {
  // GIVEN events of which many have equal times
  const minutes = Array.from({ length: 90 }, (_, n) => (n * 7) % 10);
  const before: string[] = [];
  for (const minute of minutes) before.push(idOf(await post({ ...buy, eventTime: `2024-01-01T00:0${minute}:00Z` })));

  // WHEN each page is followed by an event at a random place
  const seen: string[] = [];
  let path = `/events.json?accessKey=${given.app.key}&limit=7`;
  for (let page = 0; path !== ''; page += 1) {
    const { json, headers } = await given.service.send('GET', path);
    seen.push(...eventIds(json));
    await post({ ...buy, eventTime: `2024-01-01T00:0${(page * 3) % 10}:30Z` });
    path = /<([^>]*)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
  }

  // THEN
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => before.includes(id)).sort()).toEqual(before.sort());
});

test('a list of thousands of events comes whole, and in order', async () => {
  await given.service.database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     select $1, n, 'buy', 'user', 'u1', '{}', 'epoch'::timestamptz + n * interval '1 s', 0, now() from generate_series(1, 4500) n`,
    [given.app.id],
  );

  const { json } = await list('limit=-1');
  const { json: page, headers } = await list('limit=2000');

  const ids = Array.from({ length: 4500 }, (_, n) => String(n + 1));
  expect(eventIds(json)).toEqual(ids);
  expect(eventIds(page)).toEqual(ids.slice(0, 2000));
  expect(headers.get('link')).toContain('cursor=');
});
