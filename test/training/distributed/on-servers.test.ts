import { withServers } from '../../../training/distributed/on-servers';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';

describe('servers that a job finds running', () => {
  let local: LocalServers | undefined;

  afterEach(async () => {
    await local?.stop();
    local = undefined;
  });

  it('are refused if they lack the replicas that are asked for', async () => {
    local = await startLocalServers(1, 0);
    const [{ host, port }] = local.address.servers as [LocalServers['address']['servers'][0]];

    await expect(withServers({ address: local.address, isOwn: false, replicas: 1 }, fail, fail)).rejects.toMatchObject({
      exitCode: 2,
      message: `parameter server ${host}:${port} has 0 replicas, not 1; give it more, or leave out --replicas`,
    });
  });

  it('are taken with the replicas that they have', async () => {
    local = await startLocalServers(1, 1);
    const { servers, password } = local.address;
    const address = { servers: servers.slice(0, 1), password };

    await expect(withServers({ address, isOwn: false, replicas: 1 }, fail, async ({ count }) => count)).resolves.toBe(
      1,
    );
  });

  it('are taken even if one that was named is away', async () => {
    local = await startLocalServers(1, 0);
    const { servers, password } = local.address;
    const address = { servers: [{ host: '127.0.0.1', port: 1 }, ...servers], password };

    const found = withServers({ address, isOwn: false, replicas: 0 }, fail, async ({ count }) => count);
    await expect(found).resolves.toBe(1);
  });
});

function fail(): never {
  throw new Error('nothing is to be told, and nothing to be done');
}
