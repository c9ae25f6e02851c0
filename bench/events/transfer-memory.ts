import { amount } from '../options';
import type { CommandRun } from '../system/run-command';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';
import { EventDatabase } from './event-database';
import { writeJsonLines } from './event-files';

/* How much memory the command line takes for an import and for exports of many events, and whether it grows. */

const events = amount(5_000_000, 20_000);

export const measureTransferMemory = (): Promise<void> =>
  inScratch(async ({ folder, stopAtEnd }) => {
    const database = stopAtEnd(await EventDatabase.start(folder));
    const input = `${folder}/events.json`;
    console.error(`Writing ${whole(events)} events as JSON`);
    await writeJsonLines(input, events);

    const app = ['--appid', String(database.place.app)];
    const lines: (readonly string[])[] = [];
    const measure = async (name: string, ...words: readonly string[]) => {
      const run = await database.command(...words, ...app);
      if (!run.printed.includes(` ${events} event(s) `)) throw new Error(`${name} did something else:\n${run.printed}`);
      lines.push(line(name, run));
    };
    await measure('import of JSON', 'import', '--input', input);
    await database.client.query('vacuum analyze events');
    for (const format of ['json', 'parquet']) {
      await measure(`export to ${format}`, 'export', '--output', `${folder}/${format}`, '--format', format);
    }
    console.log(`\nMemory of the process that imports or exports ${whole(events)} events\n`);
    console.log(table(columns, lines));
  });

const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'events/s', align: 'right' },
  { heading: 'peak', align: 'right' },
  { heading: 'median of first third', align: 'right' },
  { heading: 'of last third', align: 'right' },
];

function line(name: string, { seconds, residentMiB }: CommandRun): readonly string[] {
  const third = Math.ceil(residentMiB.length / 3);
  const memory = [Math.max(...residentMiB), median(residentMiB.slice(0, third)), median(residentMiB.slice(-third))];
  return [name, whole(events / seconds), ...memory.map((value) => `${whole(value)} MiB`)];
}
