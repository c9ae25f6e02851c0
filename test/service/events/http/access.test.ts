import { setTimeout as sleep } from 'node:timers/promises';
import {
  createTestApp,
  createTestKey,
  startTestEventService,
  type TestApp,
  type TestEventService,
} from '../../../support/event-service';

let service: TestEventService;
let app: TestApp;

beforeAll(async () => {
  service = await startTestEventService();
  app = await createTestApp(service.database);
});
afterAll(() => service.stop());

const buy = { event: 'buy', entityType: 'user', entityId: 'u1' };
const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:anything`).toString('base64')}` });
const post = (query: string, headers: Readonly<Record<string, string>> = {}) =>
  service.send('POST', `/events.json?${query}`, buy, headers);

describe('A key', () => {
  it('is taken from the query, or else as the user of Basic', async () => {
    const answers = [await post(`accessKey=${app.key}`), await post('', basic(app.key))];

    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('in the query alone counts, even if it is empty', async () => {
    for (const query of ['accessKey=', 'accessKey=wrong', `accessKey=wrong&accessKey=${app.key}`]) {
      const { status, json } = await post(query, basic(app.key));
      expect([status, json]).toEqual([401, { message: 'Invalid accessKey.' }]);
    }
  });

  it('that is repeated counts by its first value', async () => {
    expect((await post(`accessKey=${app.key}&accessKey=wrong`)).status).toBe(201);
  });

  it('that is missing is told apart from a wrong one', async () => {
    const { status, json } = await post('');

    expect([status, json]).toEqual([401, { message: 'Missing accessKey.' }]);
  });

  it.each(['Bearer abc', 'Basic', 'Basic !!!', 'Basic YWJj', 'Digest x', basic('unknown').authorization])(
    'is invalid as %s',
    async (authorization) => {
      const { status, json } = await post('', { authorization });

      expect([status, json]).toEqual([401, { message: 'Invalid accessKey.' }]);
    },
  );

  it('works as soon as it is made, also if it was tried before', async () => {
    const key = 'my-own.key~1';
    expect((await post(`accessKey=${key}`)).status).toBe(401);

    await service.database.pool.query(
      `insert into access_keys (hash, mask, app) values (sha256($1::bytea), '****', $2)`,
      [key, app.id],
    );

    expect((await post(`accessKey=${key}`)).status).toBe(201);
  });

  it('stops within five seconds once it is deleted', async () => {
    const key = await createTestKey(service.database.pool, app.id);
    expect((await post(`accessKey=${key}`)).status).toBe(201);

    await service.database.pool.query('delete from access_keys where hash = sha256($1::bytea)', [key]);
    await sleep(5_000);

    expect((await post(`accessKey=${key}`)).json).toEqual({ message: 'Invalid accessKey.' });
  });

  it('of an app that is deleted stores nothing more', async () => {
    const other = await createTestApp(service.database);
    await post(`accessKey=${other.key}`);

    await service.database.pool.query('delete from apps where id = $1', [other.id]);

    expect((await post(`accessKey=${other.key}`)).json).toEqual({ message: 'Invalid accessKey.' });
    const { rows } = await service.database.pool.query('select from events where app = $1', [other.id]);
    expect(rows).toHaveLength(1);
  });
});

describe('A key for some events', () => {
  it('writes these and no others', async () => {
    const key = await createTestKey(service.database.pool, app.id, ['view', 'buy']);
    const send = (event: string) => service.send('POST', `/events.json?accessKey=${key}`, { ...buy, event });

    expect((await send('buy')).status).toBe(201);
    const refused = await send('like');
    expect([refused.status, refused.json]).toEqual([403, { message: 'like events are not allowed' }]);
  });

  it('hears first that an event is wrong', async () => {
    const key = await createTestKey(service.database.pool, app.id, ['view']);

    const { status } = await service.send('POST', `/events.json?accessKey=${key}`, { event: 'like' });

    expect(status).toBe(400);
  });
});

describe('A channel', () => {
  it.each(['query', 'Basic'])('works with a key by %s', async (way) => {
    const [query, headers] = way === 'query' ? [`accessKey=${app.key}&`, {}] : ['', basic(app.key)];
    const path = `/events.json?${query}channel=backup`;

    expect((await service.send('POST', path, buy, headers)).status).toBe(201);
    expect((await service.send('GET', path, undefined, headers)).status).toBe(200);
  });

  it.each(['none', '', '%00', '__proto__', 'x'.repeat(200)])('that is unknown is told: %s', async (name) => {
    const { status, json } = await post(`accessKey=${app.key}&channel=${name}`);

    const shown = decodeURIComponent(name).slice(0, 100);
    expect([status, json]).toEqual([401, { message: `Invalid channel '${shown}'.` }]);
  });

  it('works as soon as it is made', async () => {
    expect((await post(`accessKey=${app.key}&channel=new`)).status).toBe(401);

    await service.database.pool.query(`insert into channels (app, name) values ($1, 'new')`, [app.id]);

    expect((await post(`accessKey=${app.key}&channel=new`)).status).toBe(201);
  });
});
