import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { amount } from '../options';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';
import { EventDatabase } from './event-database';
import { rowColumns, writeJsonLines, writeRows } from './event-files';

/*
 * `modelapp import` of events without ids, from the start of the program to its end, and COPY of the same rows into the
 * same table with the same indexes, which is empty each time.
 */

const events = amount(1_000_000, 500);
const rounds = amount(3, 1);

export const measureImporting = (): Promise<void> =>
  inScratch(async ({ folder, stopAtEnd }) => {
    const database = stopAtEnd(await EventDatabase.start(folder));
    const [jsonLines, rows] = [`${folder}/events.json`, `${folder}/rows.txt`];
    console.error(`Writing ${whole(events)} events as JSON and as rows`);
    await writeJsonLines(jsonLines, events);
    await writeRows(rows, events, database.place);

    const ways = [
      { name: 'COPY from a file of rows', rates: [] as number[], store: () => copyRows(database, rows) },
      { name: 'modelapp import', rates: [] as number[], store: () => importFile(database, jsonLines) },
    ];
    for (let round = 0; round < rounds; round += 1) {
      for (const { rates, store } of ways) {
        await database.empty();
        rates.push(events / (await store()));
        await database.checkStored(events);
      }
    }
    report(ways);
  });

/** @returns seconds */
async function copyRows({ client }: EventDatabase, path: string): Promise<number> {
  const startedAt = performance.now();
  const copy = client.query(copyFrom(`copy events (${rowColumns}) from stdin`));
  await pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), copy);
  return (performance.now() - startedAt) / 1000;
}

/** @returns seconds */
async function importFile(database: EventDatabase, path: string): Promise<number> {
  const { seconds } = await database.command('import', '--appid', String(database.place.app), '--input', path);
  return seconds;
}

const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'events/s', align: 'right' },
  { heading: 'of COPY', align: 'right' },
];

function report(ways: readonly { readonly name: string; readonly rates: readonly number[] }[]): void {
  const baseline = median(ways[0]?.rates ?? []);
  const lines = ways.map(({ name, rates }) => [name, whole(median(rates)), (median(rates) / baseline).toFixed(2)]);
  console.log(`\nImporting ${whole(events)} events without ids into an empty table; medians of ${rounds} rounds\n`);
  console.log(table(columns, lines));
}
