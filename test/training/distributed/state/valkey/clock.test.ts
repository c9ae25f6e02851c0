import { setTimeout as delay } from 'node:timers/promises';
import { join, leave, letGo, standStill, waitForTurn } from '../../../../../training/distributed/state/valkey/clock';
import { JobRecords } from '../../../../../training/distributed/state/valkey/job-records';
import { givenServers } from '../../support/given-servers';

describe('the clock of a job', () => {
  const given = givenServers();
  let records: JobRecords;
  let job = 0;

  beforeEach(async () => {
    job++;
    records = new JobRecords(given.servers, `job${job}`);
    await join(records, 1);
    await join(records, 2);
  });

  const nothingToSave = async (): Promise<void> => {};

  /** Whether something still waits after many looks at the clock. */
  async function waits(turn: Promise<void>): Promise<boolean> {
    return Promise.race([turn.then(() => false), delay(100).then(() => true)]);
  }

  it.each([0, 1, 3])('lets a worker go at most %i ticks ahead of the slowest', async (maxDelay) => {
    await waitForTurn(records, 1, maxDelay, maxDelay, nothingToSave);
    const next = waitForTurn(records, 1, maxDelay + 1, maxDelay, nothingToSave);
    expect(await waits(next)).toBe(true);
    await waitForTurn(records, 2, 1, maxDelay, nothingToSave);
    await next;
  });

  it('waits for nobody who left', async () => {
    const turn = waitForTurn(records, 1, 5, 0, nothingToSave);
    expect(await waits(turn)).toBe(true);
    await leave(records, 2);
    await turn;
  });

  it('waits for nobody who was not heard of for 15 s', async () => {
    const turn = waitForTurn(records, 1, 5, 0, nothingToSave);
    expect(await waits(turn)).toBe(true);
    await records.do((connection) => connection.hincrby(records.keys.heard, '2', -15_001));
    await turn;
  });

  it('lets a newcomer begin where the slowest is', async () => {
    await leave(records, 2);
    await waitForTurn(records, 1, 8, 0, nothingToSave);
    expect(await join(records, 3)).toBe(8);
  });

  it('stands still at one tick while it is told to, newcomers too', async () => {
    const standing = standStill(records);
    expect(await waits(standing.then(() => {}))).toBe(true);
    const turns = [1, 2].map((worker) => waitForTurn(records, worker, 1, 0, nothingToSave));
    await standing;
    const newcomer = waitForTurn(records, 3, await join(records, 3), 0, nothingToSave);
    for (const turn of [...turns, newcomer]) expect(await waits(turn)).toBe(true);
    await letGo(records);
    await Promise.all([...turns, newcomer]);
  });

  it('lets each worker save itself once before it stands still', async () => {
    const standing = standStill(records);
    let saves = 0;
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const save = () => {
      saves++;
      return gate;
    };
    const turns = Promise.all([1, 2].map((worker) => waitForTurn(records, worker, 1, 0, save)));
    expect(await waits(standing)).toBe(true);
    open();
    await standing;
    expect(await waits(turns.then(() => {}))).toBe(true);
    await letGo(records);
    await turns;
    expect(saves).toBe(2);
  });

  it('asks nobody to save who need not stand still', async () => {
    const save = () => Promise.reject(new Error('saved'));
    await Promise.all([1, 2].map((worker) => waitForTurn(records, worker, 1, 0, save)));
  });
});
