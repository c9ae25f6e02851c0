import { batchKeys } from '../../../../training/distributed/batch/batch-keys';
import { Seats } from '../../../../training/distributed/batch/seats';
import { JobRecords } from '../../../../training/distributed/state/valkey/job-records';
import { givenServers } from '../support/given-servers';

const given = givenServers();
let records: JobRecords;
let seats: Seats;
let run = 0;
const keys = () => batchKeys('seats', { run: String(run), shares: [[], []] });
beforeEach(async () => {
  run++;
  records = new JobRecords(given.servers, 'seats');
  seats = new Seats(records, keys());
  await seats.open();
});

/** Makes the worker of a seat one that was not heard of for long. */
const silence = (seat: number): Promise<unknown> =>
  records.do((connection) => connection.hset(keys().heard, String(seat), 0));
const taken = (seat: number) => ({ seat, isDeadly: false });

test('each seat goes to one worker, as long as there are seats', async () => {
  expect([await seats.take(1, 0), await seats.take(2, 0), await seats.take(3, 0)]).toEqual([
    taken(0),
    taken(1),
    undefined,
  ]);
  expect(await seats.renew(1, [0])).toEqual([]);
});

test('a free seat is left to those who have none for a while', async () => {
  await seats.take(1, 0);
  expect(await seats.take(1, 1)).toBeUndefined();
  await silence(1);
  expect(await seats.take(1, 1)).toEqual(taken(1));
});

test('a seat that is given back is free at once', async () => {
  await seats.take(1, 0);
  await seats.take(2, 0);
  await seats.leave(1, 0);
  expect(await seats.take(3, 0)).toEqual(taken(0));
});

test('the seat of a silent worker goes to another, as the first hears when it speaks again', async () => {
  await seats.take(1, 0);
  await silence(0);
  await seats.take(2, 0);
  expect(await seats.renew(1, [0])).toEqual([0]);
  expect(await seats.renew(2, [0])).toEqual([]);
  await seats.leave(1, 0);
  expect(await seats.renew(2, [0])).toEqual([]);
});

test('a seat of which three workers in a row die is deadly, but not if one of them got on with it', async () => {
  await seats.take(1, 0);
  await silence(0);
  await seats.take(2, 0);
  await seats.survived(0);
  for (const worker of [3, 4]) {
    await silence(0);
    expect(await seats.take(worker, 0)).toEqual(taken(0));
  }
  await silence(0);
  expect(await seats.take(5, 0)).toEqual({ seat: 0, isDeadly: true });
});
