import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { StoreError, StoreExitCode } from '../store-error';
import { slotCount } from '../valkey/hash-tags';
import { allAnswers } from './all-answers';
import {
  isLostConnection,
  isOutOfMemory,
  isRefusedPassword,
  openConnection,
  type ServerAddress,
  silenceBefore,
} from './connection';
import { fieldOf, nameOf, primariesOf, readTopology, type SlotRange } from './topology';

/** How to reach the servers of a store: any of them, they know each other. */
export interface StoreAddress {
  readonly servers: readonly ServerAddress[];
  readonly password: string | undefined;
}

/**
 * How long servers may be away before a job ends, in milliseconds: it has to end within 30 s, and it may take 5 s until
 * somebody asks.
 */
const patience = 20_000;
/** Between two attempts to reach them, in milliseconds. */
const pause = 200;

/** A connection to a server's process, and the number that the process gave it. */
interface Primary {
  readonly connection: Redis;
  readonly process: string;
  readonly client: number;
}

interface Connected {
  readonly ranges: readonly SlotRange[];
  readonly primaries: ReadonlyMap<string, Primary>;
}

/** Connections to the primaries of a store, which are found again after a failure. */
export class Servers {
  private reconnecting: Promise<void> | undefined;
  private closed = false;
  /** Counts the times that another process than before serves some of the keys. */
  replacements = 0;

  private constructor(
    private readonly address: StoreAddress,
    private connected: Connected,
  ) {}

  /**
   * Connects to the primaries of a store.
   * @throws {StoreError} if they cannot be reached
   */
  static async connect(address: StoreAddress): Promise<Servers> {
    return new Servers(address, await connectUntil(Date.now() + patience, address));
  }

  /** How many primaries there are. */
  get count(): number {
    return this.connected.primaries.size;
  }

  /** Who serves what, as it was when they were last connected to. */
  get ranges(): readonly SlotRange[] {
    return this.connected.ranges;
  }

  /** One connection to each primary. */
  get primaries(): readonly Redis[] {
    return [...this.connected.primaries.values()].map(({ connection }) => connection);
  }

  /** The connection to the primary of a hash slot. */
  ofSlot(slot: number): Redis {
    const { ranges, primaries } = this.connected;
    const { primary } = ranges.find(({ start, end }) => start <= slot && slot <= end)!;
    return primaries.get(nameOf(primary))!.connection;
  }

  /**
   * Does work again after a failure of a server, with new connections. The work must be such that doing it twice is
   * as good as once.
   * @throws {StoreError} if the servers stay out of reach, or one has no memory left
   */
  async persist<T>(work: () => Promise<T>): Promise<T> {
    let deadline: number | undefined;
    for (;;) {
      const { connected } = this;
      try {
        return await work();
      } catch (error) {
        if (isOutOfMemory(error)) throw full();
        if (this.closed || !isLostConnection(error)) throw error;
        deadline ??= Date.now() + patience - silenceBefore(error as Error);
        await this.reconnect(connected, deadline, error as Error);
      }
    }
  }

  /**
   * Makes sure that all primaries answer, also those that nobody needs now.
   * @throws {StoreError} if they stay out of reach
   */
  async requireAll(): Promise<void> {
    await this.persist(() => allAnswers(this.primaries.map((primary) => primary.ping())));
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.closed = true;
    disconnect(this.connected);
  }

  /** Replaces connections that failed, once for all who found out. */
  private async reconnect(failed: Connected, deadline: number, cause: Error): Promise<void> {
    if (this.connected !== failed) return;
    this.reconnecting ??= this.replace(deadline, cause).finally(() => {
      this.reconnecting = undefined;
    });
    await this.reconnecting;
  }

  private async replace(deadline: number, cause: Error): Promise<void> {
    const known = [...this.address.servers, ...this.ranges.flatMap(({ primary, replicas }) => [primary, ...replicas])];
    const servers = [...new Map(known.map((server) => [nameOf(server), server])).values()];
    const failed = this.connected;
    disconnect(failed);
    await delay(pause);
    const connected = await connectUntil(deadline, { ...this.address, servers }, cause, (found) =>
      forgetClients(failed, found),
    );
    if (processesOf(connected) !== processesOf(failed)) this.replacements++;
    this.connected = connected;
    if (this.closed) disconnect(connected);
  }
}

const processesOf = ({ primaries }: Connected): string => [...primaries.values()].map(({ process }) => process).join();

/**
 * What a server had not read of a connection that was given up must not be applied later: whoever sent it is about to
 * ask whether it was.
 */
async function forgetClients(failed: Connected, connected: Connected): Promise<void> {
  for (const { connection, process } of connected.primaries.values()) {
    for (const old of failed.primaries.values()) {
      if (old.process === process) await connection.client('KILL', 'ID', old.client);
    }
  }
}

/**
 * Connects to all primaries, trying until `deadline`, in milliseconds of the clock.
 * @param prepare has to have been done before they are used
 */
async function connectUntil(
  deadline: number,
  address: StoreAddress,
  cause?: Error,
  prepare: (connected: Connected) => Promise<void> = async () => {},
): Promise<Connected> {
  for (let failure = cause; ; await delay(pause)) {
    for (const server of address.servers) {
      if (Date.now() >= deadline) throw outOfReach(address, failure);
      try {
        const connected = await connectAll(server, address.password);
        await prepare(connected).catch((error) => {
          disconnect(connected);
          throw error;
        });
        return connected;
      } catch (error) {
        if (isRefusedPassword(error)) {
          throw new StoreError(
            `parameter server ${nameOf(server)} refuses the password: ${(error as Error).message}`,
            StoreExitCode.noAccess,
          );
        }
        failure = error as Error;
      }
    }
  }
}

const outOfReach = ({ servers }: StoreAddress, cause: Error | undefined): StoreError =>
  new StoreError(
    `parameter servers ${servers.map(nameOf).join(', ')} are out of reach` +
      `${cause ? ` (${cause.message})` : ''}; start them and try again with --resume`,
    StoreExitCode.noAccess,
  );

const full = (): StoreError =>
  new StoreError(
    'a parameter server has no memory left: raise its maxmemory, or train with more servers',
    StoreExitCode.failed,
  );

/** Connections to all primaries that one server names; none if one of them does not answer as a primary. */
async function connectAll(server: ServerAddress, password: string | undefined): Promise<Connected> {
  const first = await openConnection(server, password);
  const opened: Redis[] = [first];
  try {
    const ranges = await readTopology(first);
    requireAllSlots(ranges);
    const primaries = new Map<string, Primary>();
    for (const primary of primariesOf(ranges)) {
      const connection = nameOf(primary) === nameOf(server) ? first : await openConnection(primary, password);
      opened.push(connection);
      primaries.set(nameOf(primary), await workingPrimary(connection));
    }
    if (!primaries.has(nameOf(server))) first.disconnect();
    return { ranges, primaries };
  } catch (error) {
    for (const connection of opened) connection.disconnect();
    throw error;
  }
}

/** @throws {Error} if the cluster is still forming: some slots are nobody's, as far as the server knows */
function requireAllSlots(ranges: readonly SlotRange[]): void {
  const assigned = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  if (assigned !== slotCount) throw new Error('CLUSTERDOWN not all slots are assigned');
}

/** @throws {Error} if the server cannot take writes now */
async function workingPrimary(connection: Redis): Promise<Primary> {
  const info = await connection.info();
  if (fieldOf(info, 'role') !== 'master') throw new Error('READONLY the server is a replica');
  if (fieldOf(info, 'loading') !== '0') throw new Error('LOADING the server reads its data');
  if (fieldOf(info, 'cluster_enabled') === '1') {
    const cluster = (await connection.call('CLUSTER', 'INFO')) as string;
    if (fieldOf(cluster, 'cluster_state') !== 'ok') throw new Error('CLUSTERDOWN the cluster does not serve all slots');
  }
  return { connection, process: fieldOf(info, 'run_id')!, client: await connection.client('ID') };
}

function disconnect({ primaries }: Connected): void {
  for (const { connection } of primaries.values()) connection.disconnect();
}
