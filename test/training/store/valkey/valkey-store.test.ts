import { type Keys, keyAt, keyCount, toKeys } from '../../../../learning/sparse/keys';
import type { Sums } from '../../../../training/store/parameter-store';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { Servers } from '../../../../training/store/servers/servers';
import { ftrlScales } from '../../../../training/store/valkey/fixed-point';
import { ValkeyStore } from '../../../../training/store/valkey/valkey-store';

const sums = (z: readonly number[], n: readonly number[]): Sums => ({
  z: Float64Array.from(z),
  n: Float64Array.from(n),
});
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe.each([1, 2])('the store on %i server(s)', (primaries) => {
  let local: LocalServers;
  let servers: Servers;
  let job = 0;

  beforeAll(async () => {
    local = await startLocalServers(primaries, 0);
    servers = await Servers.connect(local.address);
  });

  afterAll(async () => {
    servers?.close();
    await local?.stop();
  });

  beforeEach(() => {
    job++;
  });

  const openStore = (worker: number): ValkeyStore =>
    new ValkeyStore({
      servers,
      job: `job${job}`,
      shards: servers.count,
      worker,
      scales: ftrlScales,
      clock: async () => {},
    });

  it('has as many shards as servers', () => {
    expect(servers.count).toBe(primaries);
  });

  it('answers 0 for keys that are new', async () => {
    expect(await openStore(1).pull(toKeys([1n, (1n << 64n) - 1n]))).toEqual(sums([0, 0], [0, 0]));
  });

  it('answers what a worker pushed itself, before any sync', async () => {
    const store = openStore(1);
    const keys = toKeys([5n, 6n]);
    await store.push(keys, sums([0.5, -1], [1, 2]));
    await store.push(keys, sums([0.25, 1], [1, 0]));
    expect(await store.pull(keys)).toEqual(sums([0.75, 0], [2, 2]));
  });

  it('adds up what all workers push, whatever slots they made at the same time', async () => {
    const workers = [1, 2, 3, 4].map(openStore);
    const keys = toKeys(range(5000).map(BigInt));
    await Promise.all(
      workers.map(async (store) => {
        for (let round = 0; round < 3; round++) {
          await store.push(
            keys,
            sums(
              range(5000).map((i) => i / 4),
              range(5000).map((i) => i + 1),
            ),
          );
          await store.sync();
        }
      }),
    );
    const seen = await openStore(5).pull(keys);
    expect(seen).toEqual(
      sums(
        range(5000).map((i) => 3 * i),
        range(5000).map((i) => 12 * (i + 1)),
      ),
    );
  });

  it('takes over what others pushed with the answer of a sync', async () => {
    const [first, second] = [openStore(1), openStore(2)];
    const keys = toKeys([9n]);
    await first.pull(keys);
    await second.push(keys, sums([1], [1]));
    await second.sync();
    expect(await first.pull(keys)).toEqual(sums([0], [0]));
    await first.push(keys, sums([2], [2]));
    const { before, after } = await first.sync();
    expect([before, after]).toEqual([sums([1], [1]), sums([3], [3])]);
    expect(await first.pull(keys)).toEqual(sums([3], [3]));
  });

  it('needs no server to answer what it fetched before', async () => {
    const [first, second] = [openStore(1), openStore(2)];
    const minibatches = [toKeys([9n, 10n]), toKeys([10n, 11n])];
    await second.push(toKeys([10n]), sums([1], [2]));
    await second.sync();
    await first.fetch(minibatches);
    await second.push(toKeys([10n]), sums([1], [1]));
    await second.sync();
    expect(await first.pull(minibatches[0]!)).toEqual(sums([0, 1], [0, 2]));
    expect(await first.pull(minibatches[1]!)).toEqual(sums([1, 0], [2, 0]));
  });

  it('shares the changes of the keys that it saw first, before those of all', async () => {
    const store = openStore(1);
    const keys = toKeys(range(40).map(BigInt));
    const ones = sums(
      range(40).map(() => 1),
      range(40).map(() => 2),
    );
    await store.push(keys, ones);
    const { before, after } = await store.syncFrequent();
    expect([before, after]).toEqual([
      sums(
        range(32).map(() => 0),
        range(32).map(() => 0),
      ),
      sums(
        range(32).map(() => 1),
        range(32).map(() => 2),
      ),
    ]);
    expect((await openStore(2).pull(keys)).z).toEqual(Float64Array.from(range(40), (i) => (i < 32 ? 1 : 0)));
    await store.sync();
    expect(await openStore(3).pull(keys)).toEqual(ones);
    expect(await store.pull(keys)).toEqual(ones);
  });

  it('fetches an entry that was not refreshed for 16 syncs', async () => {
    const [first, second] = [openStore(1), openStore(2)];
    const keys = toKeys([9n]);
    await first.pull(keys);
    await second.push(keys, sums([1], [1]));
    await second.sync();
    for (let round = 0; round < 16; round++) await first.sync();
    expect(await first.pull(keys)).toEqual(sums([0], [0]));
    await first.sync();
    expect(await first.pull(keys)).toEqual(sums([1], [1]));
  });

  it('keeps what rounding leaves for the next sync', async () => {
    const store = openStore(1);
    const keys = toKeys([3n]);
    const third = 2 ** -28 / 4;
    for (let round = 0; round < 8; round++) {
      await store.push(keys, sums([third], [0]));
      await store.sync();
    }
    expect((await openStore(2).pull(keys)).z[0]).toBe(2 * 2 ** -28);
    expect((await store.pull(keys)).z[0]).toBe(8 * third);
  });

  it('hands over all keys with their sums, and takes them back', async () => {
    const store = openStore(1);
    const count = 70_000;
    const keys = toKeys(range(count).map((i) => BigInt(i) << 20n));
    const given = sums(
      range(count).map((i) => i - 7),
      range(count),
    );
    await store.push(keys, given);
    await store.sync();
    const exported = await allOf(store);
    expect(exported.size).toBe(count);
    job++;
    const other = openStore(1);
    await other.restore(keys, given);
    expect(await allOf(other)).toEqual(exported);
    expect(await other.pull(keys)).toEqual(given);
    await other.restore(keys.subarray(0, 2), sums([100], [200]));
    expect(await openStore(2).pull(keys.subarray(0, 4))).toEqual(sums([100, -6], [200, 1]));
  });

  it('ends the job with the name of a key whose sum grows beyond 64 bits', async () => {
    const store = openStore(1);
    const key = toKeys([77n]);
    await store.push(key, sums([1.5 * 2 ** 34], [1]));
    await store.sync();
    await store.push(key, sums([1.5 * 2 ** 34], [1]));
    await expect(store.sync()).rejects.toMatchObject({
      exitCode: 1,
      message: 'the sums of key 77 grew beyond what the parameter store holds; scale its values',
    });
  });

  it.each([2 ** 36, Number.NaN])('ends the job with the name of a key that is changed by %p', async (change) => {
    const store = openStore(1);
    await store.push(toKeys([78n]), sums([change], [1]));
    await expect(store.sync()).rejects.toThrow('key 78 ');
  });
});

async function allOf(store: ValkeyStore): Promise<Map<bigint, readonly [number, number]>> {
  const all = new Map<bigint, readonly [number, number]>();
  for await (const { keys, sums } of store.export()) {
    for (let i = 0; i < keyCount(keys as Keys); i++) all.set(keyAt(keys, i), [sums.z[i]!, sums.n[i]!]);
  }
  return all;
}
