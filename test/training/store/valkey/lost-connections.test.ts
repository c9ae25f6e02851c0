import { toKeys } from '../../../../learning/sparse/keys';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { Servers } from '../../../../training/store/servers/servers';
import { ftrlScales } from '../../../../training/store/valkey/fixed-point';
import { ValkeyStore } from '../../../../training/store/valkey/valkey-store';
import { type CuttingProxy, type Loss, startCuttingProxy } from '../support/cutting-proxy';

describe('a connection to the servers that is lost', () => {
  let local: LocalServers;
  let proxy: CuttingProxy;
  let servers: Servers;

  beforeAll(async () => {
    local = await startLocalServers(1, 0);
    proxy = await startCuttingProxy(local.address.servers[0]!);
    servers = await Servers.connect({ ...local.address, servers: [proxy.address] });
  });

  afterAll(async () => {
    servers?.close();
    proxy?.close();
    await local?.stop();
  });

  const openStore = (job: string, worker: number): ValkeyStore =>
    new ValkeyStore({ servers, job, shards: 1, worker, scales: ftrlScales, clock: async () => {} });

  it.each<[Loss, string]>([
    ['request', 'INCRBY'],
    ['answer', 'INCRBY'],
    ['request', 'APPEND'],
    ['answer', 'APPEND'],
  ])('with the %s of %s leaves every change applied once', async (loss, command) => {
    const job = `${loss}-${command}`;
    const [store, other] = [openStore(job, 1), openStore(job, 2)];
    const keys = toKeys(Array.from({ length: 3000 }, (_, i) => BigInt(i)));
    const ones = new Float64Array(3000).fill(1);
    const before = servers.primaries[0];
    for (const worker of [store, other, store]) {
      await worker.push(keys, { z: ones, n: ones });
      if (worker === other) proxy.cutAt(command, loss);
      await worker.sync();
      if (command === 'APPEND' && worker === store) proxy.cutAt(command, loss);
    }
    await store.push(toKeys([1n << 40n]), { z: Float64Array.of(1), n: Float64Array.of(1) });
    const { after } = await store.sync();
    expect(after.z).toEqual(Float64Array.of(1));
    const seen = await openStore(job, 3).pull(keys);
    expect(new Set([...seen.z, ...seen.n])).toEqual(new Set([3]));
    expect(servers.primaries[0]).not.toBe(before);
  });

  it('with the answer of a read is read again', async () => {
    const store = openStore('reads', 1);
    proxy.cutAt('HMGET', 'answer');
    expect(await store.pull(toKeys([4n]))).toEqual({ z: Float64Array.of(0), n: Float64Array.of(0) });
  });

  it('and does not come back, ends the job, to be resumed', async () => {
    const alone = await startLocalServers(1, 0);
    const lost = await Servers.connect(alone.address);
    const store = new ValkeyStore({
      servers: lost,
      job: 'lost',
      shards: 1,
      worker: 1,
      scales: ftrlScales,
      clock: async () => {},
    });
    await alone.stop();
    await expect(store.pull(toKeys([4n]))).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^parameter servers 127.0.0.1:\d+ are out of reach .* with --resume$/),
    });
    lost.close();
  });

  it('because of a wrong password is told at once', async () => {
    await expect(Servers.connect({ ...local.address, password: 'wrong' })).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('refuses the password'),
    });
  });
});
