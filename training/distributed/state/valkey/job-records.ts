import type { Redis } from 'ioredis';
import { awaitReplicas } from '../../../store/servers/replicas';
import type { Servers } from '../../../store/servers/servers';
import { hashSlot } from '../../../store/valkey/hash-tags';
import { type JobKeys, jobKeys } from './job-keys';

/** What the servers have of a job. Whatever is done to it may be done again after a lost connection. */
export class JobRecords {
  readonly keys: JobKeys;
  private readonly slot: number;

  constructor(
    private readonly servers: Servers,
    readonly job: string,
  ) {
    this.keys = jobKeys(job);
    this.slot = hashSlot(this.keys.plan);
  }

  /** Does something to it, again if the connection is lost before it is answered. */
  do<T>(work: (connection: Redis) => Promise<T>): Promise<T> {
    return this.servers.persist(() => work(this.servers.ofSlot(this.slot)));
  }

  /** The same for what must not get lost with a server that has a replica. */
  keep(work: (connection: Redis) => Promise<unknown>): Promise<void> {
    return this.servers.persist(async () => {
      await work(this.servers.ofSlot(this.slot));
      await awaitReplicas(this.servers);
    });
  }

  /** Runs a script that does not mind being run twice. */
  run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.do((connection) => connection.eval(script, keys.length, ...keys, ...values));
  }
}
