import { formCluster } from '../store/servers/form-cluster';
import { Servers, type StoreAddress } from '../store/servers/servers';
import { StoreError, StoreExitCode } from '../store/store-error';
import { blocksOfJob } from '../store/valkey/blocks-on-servers';
import { hasBlocks, makeBlocks, removeBlocks } from '../store/valkey/job-blocks';
import { scalesOf, ValkeyStore } from '../store/valkey/valkey-store';
import { watchPrimaries } from './failover';
import type { JobHome } from './lead-job';
import type { JobRecords } from './state/valkey/job-records';
import { ValkeyJobState } from './state/valkey/valkey-job-state';
import type { WorkerPlace } from './worker';

/** How long the state of a job that is done stays, in seconds. */
const afterglow = 600;

/** Servers that run, and a job on them. */
export interface JobOnServers {
  /** Names the job. */
  readonly job: string;
  readonly address: StoreAddress;
  /** Whether the servers are there for this job alone, which then makes a cluster of them if there are several. */
  readonly isOwn: boolean;
  /** Replicas of each primary. */
  readonly replicas: number;
}

/**
 * Does some work with a job whose state and sums are on servers, replicas of which take over when they have to.
 * @param warn is told of every take-over
 */
export const onServers = <T>(
  where: JobOnServers,
  warn: (text: string) => void,
  work: (home: JobHome) => Promise<T>,
): Promise<T> => withServers(where, warn, (servers) => work(homeOn(servers, where.job)));

/**
 * Does some work on servers, replicas of which take over when they have to.
 * @throws {StoreError} if servers that were found running have fewer replicas than asked for
 */
export async function withServers<T>(
  { address, isOwn, replicas }: Omit<JobOnServers, 'job'>,
  warn: (text: string) => void,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  if (isOwn && address.servers.length > 1) await formCluster(address, replicas);
  const servers = await Servers.connect(address);
  // Own ones may have lost some to a take-over, and the job goes on.
  const bare = isOwn ? undefined : servers.ranges.find((range) => range.replicas.length < replicas);
  if (bare) {
    servers.close();
    const { host, port } = bare.primary;
    const message = `parameter server ${host}:${port} has ${bare.replicas.length} replicas, not ${replicas}; give it more, or leave out --replicas`;
    throw new StoreError(message, StoreExitCode.usage);
  }
  const watch = watchPrimaries(servers, address.password, warn);
  try {
    return await work(servers);
  } finally {
    watch.stop();
    servers.close();
  }
}

/** What a worker sees of a job on servers. */
export function placeOnServers(servers: Servers, job: string): WorkerPlace {
  const state = new ValkeyJobState(servers, job);
  return {
    state,
    openStore: ({ shards, conf }, worker, save) =>
      new ValkeyStore({
        servers,
        job,
        shards,
        worker,
        scales: scalesOf(conf),
        clock: (number, tick) => state.waitForTurn(number, tick, conf.maxDelay, save),
      }),
  };
}

function homeOn(servers: Servers, job: string): JobHome {
  const state = new ValkeyJobState(servers, job);
  const { records } = state;
  return {
    state,
    shards: servers.count,
    async prepare() {
      await records.do((connection) => connection.unlink(Object.values(records.keys)));
      await makeBlocks(servers, job, servers.count);
    },
    isWhole: ({ shards }) => servers.persist(() => hasBlocks(servers, blocksOfJob(job, shards))),
    sums: ({ shards, conf }) =>
      new ValkeyStore({ servers, job, shards, worker: 0, scales: scalesOf(conf), clock: async () => {} }),
    async clear({ shards }) {
      await removeBlocks(servers, job, shards);
      await expire(records);
    },
  };
}

/** Lets the state of a job go later: workers that only now look are to find that the job is done. */
export async function expire(records: JobRecords): Promise<void> {
  const { outcome, learners, ...others } = records.keys;
  await records.do(async (connection) => {
    await connection.unlink(learners);
    for (const key of Object.values(others)) await connection.expire(key, afterglow);
    // A job without an outcome would be taken for one that goes on.
    await connection.expire(outcome, 2 * afterglow);
  });
}
