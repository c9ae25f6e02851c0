import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openConnection, type ServerAddress } from '../../../../training/store/servers/connection';
import { formCluster } from '../../../../training/store/servers/form-cluster';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { findServerProgram } from '../../../../training/store/servers/server-program';
import { Servers, type StoreAddress } from '../../../../training/store/servers/servers';
import { infoField } from '../../../../training/store/servers/topology';
import { buildProgram } from '../../../support/program';

describe('servers that a job starts for itself', () => {
  let local: LocalServers | undefined;

  afterEach(async () => {
    await local?.stop();
    local = undefined;
  });

  it('listen on the loopback interface alone, with a password that no command line shows', async () => {
    local = await startLocalServers(1, 0);
    const { servers, password } = local.address;
    await expect(openConnection(servers[0]!, undefined).then((bare) => bare.info())).rejects.toThrow(/NOAUTH/);
    const connection = await openConnection(servers[0]!, password);
    expect(await connection.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
    expect(
      await readFile(`/proc/${await infoField(connection, 'server', 'process_id')}/cmdline`, 'utf8'),
    ).not.toContain(password);
    connection.disconnect();
  });

  it('are a cluster whose replicas follow, if they have any', async () => {
    local = await startLocalServers(2, 1);
    const servers = await Servers.connect(local.address);
    expect(servers.count).toBe(2);
    expect(servers.ranges.map(({ start, end, replicas }) => [start, end, replicas.length])).toEqual([
      [0, 8191, 1],
      [8192, 16383, 1],
    ]);
    servers.close();
    for (const replica of local.address.servers.slice(2)) {
      const connection = await openConnection(replica, local.address.password);
      expect(await infoField(connection, 'replication', 'master_link_status')).toBe('up');
      connection.disconnect();
    }
  });

  it('that form a cluster already are left as they are', async () => {
    local = await startLocalServers(2, 0);
    await expect(formCluster(local.address, 0)).resolves.toBeUndefined();
  });

  it('of which some do not come are left alone again', async () => {
    local = await startLocalServers(1, 0);
    const { servers, password } = local.address;
    const absent = { host: '127.0.0.1', port: 1 };

    await expect(formCluster({ servers: [...servers, absent], password }, 0, 300)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('parameter servers 127.0.0.1:1 are out of reach'),
    });
    const connection = await openConnection(servers[0]!, password);
    expect(await connection.client('LIST')).toMatch(/^[^\n]+\n$/);
    connection.disconnect();
  });

  it('of a number that does not fit the replicas are refused', async () => {
    const servers = [1, 2, 3].map((port): ServerAddress => ({ host: '127.0.0.1', port }));
    await expect(formCluster({ servers, password: undefined }, 1)).rejects.toMatchObject({
      exitCode: 2,
      message: '3 parameter servers cannot be primaries with 1 replicas each',
    });
  });

  it('end with the process that started them, even if that is killed', async () => {
    const job = buildProgram(join(__dirname, 'programs/start-servers.ts'))();
    const { servers, password } = JSON.parse((await job.nextLine())!) as StoreAddress;
    const connection = await openConnection(servers[0]!, password);
    const closed = once(connection, 'end');
    await job.kill();
    await closed;
    // The system closes the connections of a process before its port.
    while (!(await refusalOf(servers[0]!, password)).includes('ECONNREFUSED')) await delay(20);
  });
});

/** Why a server does not accept a connection; nothing if it does. */
const refusalOf = (server: ServerAddress, password: string | undefined): Promise<string> =>
  openConnection(server, password).then(
    (connection) => {
      connection.disconnect();
      return '';
    },
    (error: Error) => error.message,
  );

describe('the program that serves parameters', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelapp-path-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const install = async (name: string): Promise<void> => {
    await writeFile(join(folder, name), '');
    await chmod(join(folder, name), 0o755);
  };

  it('is Valkey, or else Redis', async () => {
    await install('redis-server');
    expect(findServerProgram(`/nowhere:${folder}`)).toBe(join(folder, 'redis-server'));
    await install('valkey-server');
    expect(findServerProgram(`/nowhere:${folder}`)).toBe(join(folder, 'valkey-server'));
  });

  it('that is not installed can be, by a command that the error names', () => {
    expect(() => findServerProgram(folder)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringMatching(/install/) }),
    );
  });
});
