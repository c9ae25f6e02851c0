import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig } from '../config/resolve';
import shippedConfig from '../modelapp.config';
import { BenchDatabase } from './database';
import { fillSpool } from './load/fill-spool';
import { quantileOf, send } from './load/load';
import { inferRequests, irisFlowers } from './load/requests';
import { amount, describeMachine, run } from './options';
import { startService } from './servers/start-service';
import { inScratch } from './system/scratch';
import { type Column, median, table, whole } from './table';

/*
 * Whether the tables keep up with the answers, and how soon they have caught up after PostgreSQL was away. The service,
 * PostgreSQL and the clients share all cores.
 */

const backlogRows = amount(1_000_000, 2_000);
const rate = amount(20_000, 200);
const sliceSeconds = amount(10, 0.5);
const slices = amount(6, 2);
const connections = 64;
const processes = 2;
const pollMs = 50;

const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'predictions/s', align: 'right' },
  { heading: 'seconds', align: 'right' },
  { heading: `not in the tables after ${sliceSeconds} s`, align: 'right' },
  { heading: 'at the end', align: 'right' },
  { heading: 'p99', align: 'right' },
];

run(() =>
  inScratch(async ({ folder, stopAtEnd }) => {
    const database = stopAtEnd(await BenchDatabase.start(folder));
    const place = { databaseUrl: database.url, dataDirectory: `${folder}/data` };
    // The first start makes the tables and trains.
    await (await startService({ ...place, processes: 1 })).stop();
    await fillSpool({ dataDirectory: place.dataDirectory, rows: backlogRows, log: resolveConfig(shippedConfig).log });

    const service = stopAtEnd(await startService({ ...place, processes }));
    const drained = await drain(database);
    await database.checkRecorded(backlogRows);
    const kept = await keepUp(database, service.port);
    await database.checkRecorded(backlogRows + kept.answered);

    console.log(`${describeMachine()}; ${processes} processes, ${connections} connections\n`);
    console.log(table(columns, [drained, kept.row]));
    console.log(`\nAll ${whole(backlogRows + kept.answered)} predictions are in both tables, each once.`);
  }),
);

/** From the first row that appears to the last. */
async function drain(database: BenchDatabase): Promise<readonly string[]> {
  const first = await waitFor(database, 1);
  const last = await waitFor(database, backlogRows);
  const seconds = (last.at - first.at) / 1000;
  const perSecond = seconds > 0 ? whole((last.rows - first.rows) / seconds) : '';
  return [`backlog of ${whole(backlogRows)} drained`, perSecond, seconds.toFixed(1), '', '0', ''];
}

async function waitFor(database: BenchDatabase, atLeast: number): Promise<{ rows: number; at: number }> {
  for (;;) {
    const rows = await database.highestRunId();
    if (rows >= atLeast) return { rows, at: performance.now() };
    await sleep(pollMs);
  }
}

/**
 * Requests at a steady rate, in slices one after the other. If the answers that the tables lack are no more after the last
 * slice than after the first, the tables keep up.
 */
async function keepUp(database: BenchDatabase, port: number): Promise<{ answered: number; row: readonly string[] }> {
  const slice = { port, nextRequest: inferRequests(irisFlowers()), connections, seconds: sliceSeconds };
  let { answered } = await send({ ...slice, rate: rate / 2 });
  const lacking: number[] = [];
  const rates: number[] = [];
  const latencies: number[] = [];
  for (let n = 0; n < slices; n += 1) {
    const result = await send({ ...slice, rate });
    answered += result.answered;
    lacking.push(backlogRows + answered - (await database.highestRunId()));
    rates.push(result.answered / result.seconds);
    latencies.push(quantileOf(result.latencies, 0.99));
  }
  const row = [
    `${whole(rate)} requests/s asked for`,
    whole(median(rates)),
    String(slices * sliceSeconds),
    whole(lacking[0] as number),
    whole(lacking.at(-1) as number),
    `${median(latencies).toFixed(1)} ms`,
  ];
  return { answered, row };
}
