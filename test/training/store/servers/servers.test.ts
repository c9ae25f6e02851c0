import { setTimeout as delay } from 'node:timers/promises';
import { openConnection } from '../../../../training/store/servers/connection';
import { type ServerProcess, startServerProcess } from '../../../../training/store/servers/server-process';
import { findServerProgram } from '../../../../training/store/servers/server-program';
import { Servers } from '../../../../training/store/servers/servers';

const password = 'secret';
let server: ServerProcess;

beforeEach(async () => {
  server = await startServerProcess(findServerProgram(), { password, isClusterMember: true });
});
afterEach(() => server.stop());

test('a cluster is connected to once all of its slots are assigned', async () => {
  const admin = await openConnection(server.address, password);
  try {
    // Such a server calls itself well with some of the slots, as one does whose cluster forms between two questions.
    await admin.config('SET', 'cluster-require-full-coverage', 'no');
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 8191);
    while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await delay(20);
    let isAssigned = false;
    const connecting = Servers.connect({ servers: [server.address], password });
    const assigning = delay(1500).then(async () => {
      isAssigned = true;
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', 8192, 16_383);
    });

    const servers = await connecting;
    expect(isAssigned).toBe(true);
    await assigning;
    expect(await servers.ofSlot(16_383).ping()).toBe('PONG');
    servers.close();
  } finally {
    admin.disconnect();
  }
});

test('a server without memory is told to need more of it', async () => {
  const admin = await openConnection(server.address, password);
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await admin.config('SET', 'maxmemory', 1);
  const servers = await Servers.connect({ servers: [server.address], password });
  try {
    await expect(servers.persist(() => servers.ofSlot(0).set('key', 'value'))).rejects.toMatchObject({
      exitCode: 1,
      message: 'a parameter server has no memory left: raise its maxmemory, or train with more servers',
    });
  } finally {
    servers.close();
    admin.disconnect();
  }
});
