import type { Redis } from 'ioredis';
import { slotCount } from '../valkey/hash-tags';
import type { ServerAddress } from './connection';

/** The hash slots of a cluster from `start` to `end`, inclusive, and who serves them. */
export interface SlotRange {
  readonly start: number;
  readonly end: number;
  readonly primary: ServerAddress;
  readonly replicas: readonly ServerAddress[];
}

/** Who serves which slots, as a server sees it; a server that is no member of a cluster serves all. */
export async function readTopology(connection: Redis): Promise<readonly SlotRange[]> {
  const asked: ServerAddress = { host: connection.options.host!, port: connection.options.port! };
  if (!(await isClusterMember(connection))) {
    return [{ start: 0, end: slotCount - 1, primary: asked, replicas: [] }];
  }
  const ranges = await connection.cluster('SLOTS');
  return ranges
    .map(([start, end, primary, ...replicas]) => ({
      start,
      end,
      primary: addressOf(primary!, asked),
      replicas: replicas.map((replica) => addressOf(replica, asked)),
    }))
    .sort((a, b) => a.start - b.start);
}

/** Whether a server runs in cluster mode. */
export const isClusterMember = async (connection: Redis): Promise<boolean> =>
  (await infoField(connection, 'cluster', 'cluster_enabled')) === '1';

/** A field of a section of what a server tells about itself. */
export async function infoField(connection: Redis, section: string, field: string): Promise<string | undefined> {
  return fieldOf(await connection.info(section), field);
}

/** A field of a text of lines `name:value`. */
export const fieldOf = (text: string, field: string): string | undefined =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1];

/** The primaries, each once, in the order of their slots. */
export function primariesOf(ranges: readonly SlotRange[]): readonly ServerAddress[] {
  const primaries = new Map(ranges.map(({ primary }) => [nameOf(primary), primary]));
  return [...primaries.values()];
}

export const nameOf = ({ host, port }: ServerAddress): string => `${host}:${port}`;

/** A server that does not know its own address is where it was asked. */
const addressOf = ([host, port]: readonly [string, number, ...unknown[]], asked: ServerAddress): ServerAddress => ({
  host: host || asked.host,
  port,
});
