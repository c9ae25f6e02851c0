import { toKeys } from '../../../../learning/sparse/keys';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { startServerProcess } from '../../../../training/store/servers/server-process';
import { findServerProgram } from '../../../../training/store/servers/server-program';
import { Servers } from '../../../../training/store/servers/servers';
import { ftrlScales } from '../../../../training/store/valkey/fixed-point';
import { makeBlocks } from '../../../../training/store/valkey/job-blocks';
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

  it.each<Loss>(['request', 'answer'])(
    'with the %s of what most examples share leaves it applied once',
    async (loss) => {
      const store = openStore(`frequent-${loss}`, 1);
      const keys = toKeys(Array.from({ length: 100 }, (_, i) => BigInt(i)));
      const ones = new Float64Array(100).fill(1);
      await store.push(keys, { z: ones, n: ones });
      proxy.cutAt('INCRBY', loss);
      await store.syncFrequent();
      await store.push(keys, { z: ones, n: ones });
      await store.sync();
      const seen = await openStore(`frequent-${loss}`, 2).pull(keys);
      expect(new Set([...seen.z, ...seen.n])).toEqual(new Set([2]));
    },
  );

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

  it('and leads to a server that knows nothing, makes no checkpoint of that', async () => {
    const password = 'of-both';
    const program = findServerProgram();
    const [full, empty] = [
      await startServerProcess(program, { password, isClusterMember: false }),
      await startServerProcess(program, { password, isClusterMember: false }),
    ];
    const way = await startCuttingProxy(full.address);
    const reached = await Servers.connect({ servers: [way.address], password });
    await makeBlocks(reached, 'job', 1);
    const clock = async () => {};
    const store = new ValkeyStore({ servers: reached, job: 'job', shards: 1, worker: 1, scales: ftrlScales, clock });
    await store.push(toKeys([4n]), { z: Float64Array.of(1), n: Float64Array.of(1) });
    await store.sync();
    way.leadTo(empty.address);
    const exported = async () => {
      for await (const { keys } of store.export()) expect(keys).toHaveLength(0);
    };
    await expect(exported()).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('lost what it knew'),
    });
    reached.close();
    way.close();
    await Promise.all([full.stop(), empty.stop()]);
  });

  it('because of a wrong password is told at once', async () => {
    await expect(Servers.connect({ ...local.address, password: 'wrong' })).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('refuses the password'),
    });
  });
});
