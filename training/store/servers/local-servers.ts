import { randomBytes } from 'node:crypto';
import { formCluster } from './form-cluster';
import { type ServerProcess, startServerProcess } from './server-process';
import { findServerProgram } from './server-program';
import type { StoreAddress } from './servers';

/** Servers on this machine that end with this process. */
export interface LocalServers {
  readonly address: StoreAddress;
  /** Ends them all. */
  stop(): Promise<void>;
}

/**
 * Starts servers on the loopback interface, with a random password; a cluster, if they are more than one.
 * @param primaries how many share the keys
 * @param replicas of each primary
 * @throws {StoreError} that says how to install a server, or why it does not start
 */
export async function startLocalServers(primaries: number, replicas: number): Promise<LocalServers> {
  const program = findServerProgram();
  const password = randomBytes(32).toString('hex');
  const isClusterMember = primaries > 1 || replicas > 0;
  const started: ServerProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
  };
  try {
    for (let i = 0; i < primaries * (1 + replicas); i++) {
      started.push(await startServerProcess(program, { password, isClusterMember }));
    }
    const address: StoreAddress = { servers: started.map((server) => server.address), password };
    if (isClusterMember) await formCluster(address, replicas);
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
