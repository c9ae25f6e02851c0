/** How a parameter server of our own engine runs; texts stand in its configuration file as they are. */
export interface StoreServerSettings {
  readonly port: string;
  /** Where it writes what it knows of its cluster. */
  readonly folder: string;
  /** Of clients, and of the servers among each other. */
  readonly password: string;
  /** `yes` if the job has several servers. */
  readonly isClusterMember: string;
}

/**
 * The configuration file of Valkey and Redis, whose manual says what each line means: `valkey.conf`, `redis.conf`. The
 * scheduler lets a replica take over within 10 s; servers that have given up the one that is away before then would
 * answer nobody for 5 s more.
 */
export const storeServerConfiguration = ({ port, folder, password, isClusterMember }: StoreServerSettings): string => `
port ${port}
dir ${folder}
requirepass ${password}
masterauth ${password}
save ""
appendonly no
repl-diskless-sync yes
repl-diskless-sync-delay 0
cluster-enabled ${isClusterMember}
cluster-config-file nodes.conf
cluster-node-timeout 10000
cluster-require-full-coverage no
cluster-replica-validity-factor 0
`;
