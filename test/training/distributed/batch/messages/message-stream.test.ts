import { AnswerLog } from '../../../../../training/distributed/batch/messages/answer-log';
import { StreamsReader } from '../../../../../training/distributed/batch/messages/message-stream';
import { JobRecords } from '../../../../../training/distributed/state/valkey/job-records';
import { type LocalServers, startLocalServers } from '../../../../../training/store/servers/local-servers';
import { Servers } from '../../../../../training/store/servers/servers';

let local: LocalServers;
let writing: Servers;
let reading: Servers;
beforeAll(async () => {
  local = await startLocalServers(1, 0);
  writing = await Servers.connect(local.address);
  reading = await Servers.connect(local.address);
});
afterAll(async () => {
  writing?.close();
  reading?.close();
  await local?.stop();
});

const never = new AbortController().signal;
const seconds = Float64Array.of(0.5);

function given(stream: string) {
  const records = new JobRecords(writing, 'streams');
  const reader = new StreamsReader(new JobRecords(reading, 'streams'), [stream]);
  return { records, log: new AnswerLog(records, stream), reader };
}

test('two workers of a seat may answer the same question: one answer is read, and the other one is no error', async () => {
  const { log, reader } = given('{streams}:twice');
  expect(await log.last()).toBe(0);
  await log.add(3, { value: Float64Array.of(1, 2), seconds }, never);
  await log.add(3, { value: Float64Array.of(1, 2), seconds }, never);
  expect(await log.last()).toBe(3);
  expect(await reader.next()).toEqual([{ number: 3, from: 0, value: { value: Float64Array.of(1, 2), seconds } }]);
  expect(await reader.next()).toBeUndefined();
});

test('an answer that is larger than what may lie on the servers is written as fast as it is read', async () => {
  const { records, log, reader } = given('{streams}:large');
  const value = Float64Array.from({ length: 12_000_000 }, (_, i) => i);
  const written = log.add(1, { value, seconds }, never);
  let mostEntries = 0;
  for (;;) {
    mostEntries = Math.max(mostEntries, await records.do((connection) => connection.xlen('{streams}:large')));
    const [message] = (await reader.next()) ?? [];
    await reader.clear();
    if (!message) continue;
    const answer = (message.value as { value: Float64Array }).value;
    expect([answer.length, answer[0], answer.at(-1)]).toEqual([value.length, 0, value.length - 1]);
    break;
  }
  await written;
  expect(mostEntries).toBeLessThanOrEqual(4);
  expect(await log.last()).toBe(1);
});

test('a worker that is told to end does not wait for a scheduler that reads no more', async () => {
  const { log } = given('{streams}:unread');
  const ending = new AbortController();
  const written = log.add(1, { value: new Float64Array(12_000_000), seconds }, ending.signal);
  setTimeout(() => ending.abort(), 200);
  await expect(written).resolves.toBeUndefined();
});
