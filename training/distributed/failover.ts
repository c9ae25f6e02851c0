import { openConnection, type ServerAddress } from '../store/servers/connection';
import type { Servers } from '../store/servers/servers';
import { nameOf, readTopology, type SlotRange } from '../store/servers/topology';

/** Between two looks at the primaries, in milliseconds. */
const period = 1000;

/** How often in a row a primary has to be away before its replica takes over. */
const misses = 3;

/**
 * Lets a replica take over when its primary is away, until it is stopped. With one or two primaries no majority is left
 * to elect one, so the scheduler decides.
 * @param warn is told of every take-over
 */
export function watchPrimaries(
  servers: Servers,
  password: string | undefined,
  warn: (text: string) => void,
): { stop(): void } {
  const missed = new Map<string, number>();
  let known = servers.ranges;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const look = async (): Promise<void> => {
    for (const range of known.filter(({ replicas }) => replicas.length > 0)) {
      const name = nameOf(range.primary);
      const topology = await topologyFrom(range.primary, password);
      missed.set(name, topology ? 0 : (missed.get(name) ?? 0) + 1);
      if (topology) known = topology;
      else if (missed.get(name)! >= misses) {
        const successor = await takeOver(range, password);
        if (!successor) continue;
        warn(`parameter server ${name} is away; its replica ${nameOf(successor)} takes over`);
        missed.delete(name);
        known = (await topologyFrom(successor, password)) ?? known;
      }
    }
  };
  const lookAgain = (): void => {
    timer = setTimeout(() => void look().finally(() => isStopped || lookAgain()), period);
  };
  lookAgain();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Who serves what, as a server sees it; undefined if it does not answer. */
async function topologyFrom(
  server: ServerAddress,
  password: string | undefined,
): Promise<readonly SlotRange[] | undefined> {
  try {
    const connection = await openConnection(server, password);
    try {
      return await readTopology(connection);
    } finally {
      connection.disconnect();
    }
  } catch {
    return undefined;
  }
}

/** Makes the first replica that answers a primary. */
async function takeOver({ replicas }: SlotRange, password: string | undefined): Promise<ServerAddress | undefined> {
  for (const replica of replicas) {
    try {
      const connection = await openConnection(replica, password);
      try {
        await connection.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
        return replica;
      } finally {
        connection.disconnect();
      }
    } catch {
      // The next one may answer.
    }
  }
  return undefined;
}
