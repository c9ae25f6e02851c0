import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createTestApp,
  startTestEventService,
  type TestApp,
  type TestEventService,
  type TestEventServiceOptions,
} from '../../../support/event-service';

let service: TestEventService;
let app: TestApp;
let clients: readonly Socket[];

/** More of them than the server has connections for lists, each list larger than the buffers of a socket. */
async function givenClientsThatTakeNothing(options: TestEventServiceOptions = {}): Promise<void> {
  service = await startTestEventService(options);
  app = await createTestApp(service.database);
  await service.database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
     select $1, n, '$set', 'user', 'u' || n, json_build_object('text', repeat('x', 4000)), now(), 0, now()
     from generate_series(1, 8000) n`,
    [app.id],
  );
  clients = await Promise.all(Array.from({ length: 3 }, () => openList()));
}

async function openList(): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET /events.json?limit=-1&accessKey=${app.key} HTTP/1.1\r\nHost: shop\r\n\r\n`);
  // The first bytes; nobody reads the others.
  await Promise.race([once(socket, 'readable'), sleep(1_000)]);
  return socket;
}

afterEach(async () => {
  for (const client of clients) client.destroy();
  await service.stop();
});

test('an entity is found while clients take nothing of their lists', async () => {
  await givenClientsThatTakeNothing();

  const { status } = await service.send('GET', `/entities/user/u7.json?accessKey=${app.key}`);

  expect(status).toBe(200);
});

test('a client that takes nothing of its list is cut off, so that others get theirs', async () => {
  await givenClientsThatTakeNothing({ http: { headersTimeoutMs: 2_000 } });
  await sleep(4_000);

  const { status } = await service.send('GET', `/events.json?limit=-1&entityId=u7&accessKey=${app.key}`);

  expect(status).toBe(200);
});
