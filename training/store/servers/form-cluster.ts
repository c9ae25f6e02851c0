import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StoreError, StoreExitCode } from '../store-error';
import { slotCount, slotRange } from '../valkey/hash-tags';
import { isLostConnection, openConnection, type ServerAddress } from './connection';
import type { StoreAddress } from './servers';
import { fieldOf, infoField, nameOf, readTopology } from './topology';

/** How long servers may take to come and to agree on the cluster, in milliseconds. */
const usualPatience = 60_000;
const pause = 100;

/**
 * Makes a cluster of servers that run in cluster mode, each primary with `replicas` replicas, and waits until every
 * replica follows its primary. Servers that form the cluster already are left as they are.
 * @param address all servers, the primaries first, then the first replica of each primary, and so on
 * @throws {StoreError} if their number does not fit, or they do not agree in time
 */
export async function formCluster(
  { servers, password }: StoreAddress,
  replicas: number,
  patience: number = usualPatience,
): Promise<void> {
  if (servers.length === 0 || servers.length % (replicas + 1) !== 0) {
    throw new StoreError(
      `${servers.length} parameter servers cannot be primaries with ${replicas} replicas each`,
      StoreExitCode.usage,
    );
  }
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await form(deadline, { servers, password }, replicas);
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      if (Date.now() >= deadline) throw outOfReach(servers, error as Error);
      await delay(pause);
    }
  }
}

/** An attempt, which goes on where one before it came to. */
async function form(deadline: number, { servers, password }: StoreAddress, replicas: number): Promise<void> {
  const opened = await Promise.allSettled(servers.map((server) => openUntil(deadline, server, password)));
  const nodes = opened.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : []));
  try {
    for (const node of opened) if (node.status === 'rejected') throw node.reason;
    if (!(await isFormed(nodes[0]!))) {
      const primaries = nodes.slice(0, servers.length / (replicas + 1));
      await shareSlots(primaries);
      await introduce(nodes, servers, deadline);
      await follow(nodes, primaries, deadline);
    }
    for (const node of nodes) await ready(node, replicas, deadline);
  } finally {
    for (const node of nodes) node.disconnect();
  }
}

const isFormed = async (node: Redis): Promise<boolean> => (await clusterField(node, 'cluster_slots_assigned')) !== '0';

/** Distinct epochs, so that no two primaries ever claim the same slot with the same right. */
async function shareSlots(primaries: readonly Redis[]): Promise<void> {
  for (const [i, primary] of primaries.entries()) {
    const { start, end } = slotRange(i, primaries.length);
    await primary.call('CLUSTER', 'ADDSLOTSRANGE', start, end - 1);
    await primary.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
}

async function introduce(nodes: readonly Redis[], servers: readonly ServerAddress[], deadline: number): Promise<void> {
  // Each to each: it takes many seconds until word of the others gets round.
  for (const [i, { host, port }] of servers.entries()) {
    const { address } = await lookup(host);
    for (const node of nodes.slice(0, i)) await node.call('CLUSTER', 'MEET', address, port);
  }
  for (const node of nodes) {
    await until(deadline, `${nodes.length} parameter servers know each other`, async () => {
      const known = (await node.call('CLUSTER', 'NODES')) as string;
      return known.trim().split('\n').length === nodes.length && !/handshake|noaddr/.test(known);
    });
  }
}

async function follow(nodes: readonly Redis[], primaries: readonly Redis[], deadline: number): Promise<void> {
  const followers = nodes.slice(primaries.length);
  for (const [i, replica] of followers.entries()) {
    const primary = (await primaries[i % primaries.length]!.call('CLUSTER', 'MYID')) as string;
    await until(deadline, 'a replica knows its primary', () =>
      replica.call('CLUSTER', 'REPLICATE', primary).then(
        () => true,
        () => false,
      ),
    );
  }
}

/** Waits until a server follows its primary, if it has one, and sees the whole cluster. */
async function ready(node: Redis, replicas: number, deadline: number): Promise<void> {
  await until(deadline, 'the cluster serves all slots, and the replicas follow their primaries', async () => {
    const link = await infoField(node, 'replication', 'master_link_status');
    const assigned = await clusterField(node, 'cluster_slots_assigned');
    const ranges = await readTopology(node);
    return (
      link !== 'down' &&
      assigned === String(slotCount) &&
      (await clusterField(node, 'cluster_state')) === 'ok' &&
      ranges.every((range) => range.replicas.length >= replicas)
    );
  });
}

const clusterField = async (node: Redis, field: string): Promise<string | undefined> =>
  fieldOf((await node.call('CLUSTER', 'INFO')) as string, field);

async function openUntil(deadline: number, server: ServerAddress, password: string | undefined): Promise<Redis> {
  for (;;) {
    try {
      return await openConnection(server, password);
    } catch (error) {
      if (Date.now() < deadline) await delay(pause);
      else {
        throw outOfReach([server], error as Error);
      }
    }
  }
}

const outOfReach = (servers: readonly ServerAddress[], { message }: Error): StoreError =>
  new StoreError(
    `parameter servers ${servers.map(nameOf).join(', ')} are out of reach: ${message}`,
    StoreExitCode.noAccess,
  );

async function until(deadline: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    if (Date.now() >= deadline) {
      throw new StoreError(`waited in vain until ${what}; look at the servers' logs`, StoreExitCode.noAccess);
    }
    await delay(pause);
  }
}
