import { dirname } from 'node:path';
import { type ShopEvent, shopEvents } from '../../learning/sample/shop-data';
import { makeFolder, refuseOverwriting, writeLines } from './write-lines';

/** What is written where. */
export interface ShopFile {
  /** A file of events as `modelapp import` takes it; its folder is made if it is not there. */
  readonly file: string;
  readonly users: number;
  readonly items: number;
  /** Views of a user on average. */
  readonly viewsPerUser: number;
  readonly seed: number;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

/** When the first event happens; the others follow by the minute. */
const beginning = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;

/**
 * Writes the events of a shop as `shopEvents` makes them: users `u1`, `u2`, …, items `i1`, `i2`, ….
 * @param onProgress hears how many events are written
 * @returns how many events they are
 * @throws {CommandError} if the file is there already
 */
export async function writeShopData(
  { file, force, ...options }: ShopFile,
  onProgress: (events: number) => void,
): Promise<number> {
  if (!force) await refuseOverwriting([file]);
  await makeFolder(dirname(file));
  let count = 0;
  const lines = function* (): Generator<string> {
    for (const event of shopEvents(options)) {
      const eventTime = new Date(beginning + count * minuteMs).toISOString();
      count += 1;
      yield JSON.stringify({ ...fieldsOf(event), eventTime });
    }
  };
  await writeLines(file, lines(), () => onProgress(count));
  return count;
}

function fieldsOf(event: ShopEvent): object {
  const item = `i${event.item + 1}`;
  if (event.kind === 'item') {
    return { event: '$set', entityType: 'item', entityId: item, properties: { categories: event.categories } };
  }
  const user = `u${event.user + 1}`;
  return { event: event.kind, entityType: 'user', entityId: user, targetEntityType: 'item', targetEntityId: item };
}
