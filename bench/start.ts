import { BenchDatabase } from './database';
import { amount, describeMachine, run } from './options';
import { startService } from './servers/start-service';
import { inScratch } from './system/scratch';
import { type Column, median, table } from './table';

/* How long a start takes until the service is ready: the first, which makes the tables and trains, and later ones. */

const laterStarts = amount(5, 1);

run(() =>
  inScratch(async ({ folder }) => {
    const first = await timeStart(folder);
    const later: number[] = [];
    for (let i = 0; i < laterStarts; i += 1) later.push(await timeStart(folder));
    console.log(`${describeMachine()}; the embedded PostgreSQL included, 2 request processes\n`);
    console.log(
      table(columns, [
        ['first', `${first.toFixed(2)} s`],
        [`later, median of ${laterStarts}`, `${median(later).toFixed(2)} s`],
      ]),
    );
  }),
);

const columns: readonly Column[] = [
  { heading: 'start', align: 'left' },
  { heading: 'ready after', align: 'right' },
];

/** From the start of the database to the readiness of the service, in seconds. */
async function timeStart(folder: string): Promise<number> {
  const startedAt = performance.now();
  const database = await BenchDatabase.start(folder);
  const service = await startService({ databaseUrl: database.url, dataDirectory: `${folder}/data`, processes: 2 });
  const seconds = (performance.now() - startedAt) / 1000;
  await service.stop();
  await database.stop();
  return seconds;
}
