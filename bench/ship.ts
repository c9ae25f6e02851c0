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
const samples = 20;
const rate = amount(1_000, 20);
const sliceSeconds = amount(10, 0.5);
const slices = amount(6, 2);
const connections = 16;
const processes = 2;
const pollMs = 50;

const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'rows/s', align: 'right' },
  { heading: 'seconds', align: 'right' },
  { heading: `rows waiting after ${sliceSeconds} s`, align: 'right' },
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
    let recorded = backlogRows;
    const lines = [drained];
    for (const load of loads) {
      const kept = await keepUp(database, service.port, load, recorded);
      recorded += kept.answered;
      await database.checkRecorded(recorded);
      lines.push(kept.line);
    }
    console.log(`${describeMachine()}; ${processes} processes, ${connections} connections\n`);
    console.log(table(columns, lines));
    console.log(`\nA row is one sample, in both tables; all ${whole(recorded)} are there, each once.`);
  }),
);

interface Steady {
  readonly what: string;
  /** Of each request. */
  readonly samples: number;
  /** Requests per second; as many as are answered if absent. */
  readonly rate?: number;
}

const loads: readonly Steady[] = [
  { what: `${whole(rate)} requests/s of ${samples} samples`, samples, rate },
  { what: 'all requests of one sample that are answered', samples: 1 },
];

/** From the first row that appears to the last. */
async function drain(database: BenchDatabase): Promise<readonly string[]> {
  const first = await waitFor(database, 1);
  const last = await waitFor(database, backlogRows);
  const seconds = (last.at - first.at) / 1000;
  const perSecond = seconds > 0 ? whole((last.rows - first.rows) / seconds) : '';
  return [`a backlog of ${whole(backlogRows)} drained`, perSecond, seconds.toFixed(1), '', '0', ''];
}

async function waitFor(database: BenchDatabase, atLeast: number): Promise<{ rows: number; at: number }> {
  for (;;) {
    const rows = await database.highestRunId();
    if (rows >= atLeast) return { rows, at: performance.now() };
    await sleep(pollMs);
  }
}

/**
 * Requests in slices of time, one after the other. If the answers that the tables lack are no more after the last slice
 * than after the first, the tables keep up.
 * @param recorded rows in the tables before
 */
async function keepUp(
  database: BenchDatabase,
  port: number,
  { what, samples, rate }: Steady,
  recorded: number,
): Promise<{ answered: number; line: readonly string[] }> {
  const slice = { port, nextRequest: inferRequests(irisFlowers(), samples), connections, rate, seconds: sliceSeconds };
  let answered = 0;
  const waiting: number[] = [];
  const rates: number[] = [];
  const latencies: number[] = [];
  for (let n = 0; n < slices; n += 1) {
    const result = await send(slice);
    answered += samples * result.answered;
    waiting.push(recorded + answered - (await database.highestRunId()));
    rates.push((samples * result.answered) / result.seconds);
    latencies.push(quantileOf(result.latencies, 0.99));
  }
  const line = [
    what,
    whole(median(rates)),
    String(slices * sliceSeconds),
    whole(waiting[0] as number),
    whole(waiting.at(-1) as number),
    `${median(latencies).toFixed(1)} ms`,
  ];
  return { answered, line };
}
