import { setTimeout as delay } from 'node:timers/promises';
import { join, leave, letGo, standStill, waitForTurn } from '../../../../training/distributed/state/clock';
import { JobState } from '../../../../training/distributed/state/job-state';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { Servers } from '../../../../training/store/servers/servers';

describe('the clock of a job', () => {
  let local: LocalServers;
  let servers: Servers;
  let state: JobState;
  let job = 0;

  beforeAll(async () => {
    local = await startLocalServers(1, 0);
    servers = await Servers.connect(local.address);
  });

  afterAll(async () => {
    servers?.close();
    await local?.stop();
  });

  beforeEach(async () => {
    job++;
    state = new JobState(servers, `job${job}`);
    await join(state, 1);
    await join(state, 2);
  });

  /** Whether something still waits after many looks at the clock. */
  async function waits(turn: Promise<void>): Promise<boolean> {
    return Promise.race([turn.then(() => false), delay(100).then(() => true)]);
  }

  it.each([0, 1, 3])('lets a worker go at most %i ticks ahead of the slowest', async (maxDelay) => {
    await waitForTurn(state, 1, maxDelay, maxDelay);
    const next = waitForTurn(state, 1, maxDelay + 1, maxDelay);
    expect(await waits(next)).toBe(true);
    await waitForTurn(state, 2, 1, maxDelay);
    await next;
  });

  it('waits for nobody who left', async () => {
    const turn = waitForTurn(state, 1, 5, 0);
    expect(await waits(turn)).toBe(true);
    await leave(state, 2);
    await turn;
  });

  it('waits for nobody who was not heard of for 15 s', async () => {
    const turn = waitForTurn(state, 1, 5, 0);
    expect(await waits(turn)).toBe(true);
    await state.do((connection) => connection.hincrby(state.keys.heard, '2', -15_001));
    await turn;
  });

  it('lets a newcomer begin where the slowest is', async () => {
    await leave(state, 2);
    await waitForTurn(state, 1, 8, 0);
    expect(await join(state, 3)).toBe(8);
  });

  it('stands still at one tick while it is told to, newcomers too', async () => {
    const standing = standStill(state);
    expect(await waits(standing.then(() => {}))).toBe(true);
    const turns = [waitForTurn(state, 1, 1, 0), waitForTurn(state, 2, 1, 0)];
    await standing;
    const newcomer = waitForTurn(state, 3, await join(state, 3), 0);
    for (const turn of [...turns, newcomer]) expect(await waits(turn)).toBe(true);
    await letGo(state);
    await Promise.all([...turns, newcomer]);
  });
});
