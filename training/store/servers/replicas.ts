import type { Redis } from 'ioredis';
import { allAnswers } from './all-answers';
import type { Servers } from './servers';
import { infoField } from './topology';

/** How long a server waits for its replica before it is asked whether it still has one, in milliseconds. */
const patience = 1000;

/** Waits until each primary that has a replica has passed on what was written by these connections. */
export async function awaitReplicas(servers: Servers): Promise<void> {
  if (servers.ranges.every(({ replicas }) => replicas.length === 0)) return;
  await allAnswers(servers.primaries.map(awaitReplica));
}

async function awaitReplica(primary: Redis): Promise<void> {
  while ((await infoField(primary, 'replication', 'connected_slaves')) !== '0') {
    if ((await primary.wait(1, patience)) > 0) return;
  }
}
