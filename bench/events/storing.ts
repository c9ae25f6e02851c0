import { setTimeout as sleep } from 'node:timers/promises';
import { batchRequests, eventRequests } from '../load/event-requests';
import { quantileOf, send } from '../load/load';
import type { RequestSource } from '../load/requests';
import { amount } from '../options';
import { type InsertRun, insertWithPgbench, installPgbench } from '../servers/pgbench';
import { startService } from '../servers/start-service';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';
import { EventDatabase } from './event-database';

/*
 * How many events the event server acknowledges, each after COMMIT, and how that compares to single-row INSERTs of the
 * same rows by pgbench. All share the cores of the machine: clients, server and PostgreSQL.
 */

const clients = amount(64, 4);
const batchClients = amount(16, 4);
const batchSize = 50;
const processes = 2;
const warmUpSeconds = amount(3, 0.5);
const rounds = amount(5, 1);
const roundSeconds = amount(8, 0.5);
const shareOfPeak = 0.7;

/** The row that the event server makes of an event of the benchmark, in an app of its own. */
const script = `\\set who random(0, 9999)
\\set what random(0, 999)
insert into events (
  app, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties, event_time,
  event_offset_minutes, created_at
) values (
  2, replace(gen_random_uuid()::text, '-', ''), 'buy', 'user', 'u' || :who, 'item', 'i' || :what,
  '{"price":12.5,"quantity":2}', now(), 0, now()
);
`;

/** A way to bring events into the table. */
interface Contestant {
  readonly name: string;
  readonly connections: number;
  readonly eventsPerRequest: number;
  readonly requests: () => RequestSource;
  readonly peaks: number[];
  readonly paced: Float64Array[];
}

export const measureStoring = (): Promise<void> =>
  inScratch(async ({ folder, stopAtEnd }) => {
    installPgbench();
    const database = stopAtEnd(await EventDatabase.start(folder));
    const service = stopAtEnd(
      await startService({ databaseUrl: database.url, dataDirectory: `${folder}/data`, processes }),
    );
    await compare(database, service.eventsPort, folder);
  });

async function compare(database: EventDatabase, port: number, folder: string): Promise<void> {
  const { key } = database;
  const contestant = (name: string, connections: number, eventsPerRequest: number, requests: () => RequestSource) =>
    ({ name, connections, eventsPerRequest, requests, peaks: [], paced: [] }) satisfies Contestant;
  const contestants: readonly Contestant[] = [
    contestant('POST /events.json', clients, 1, () => eventRequests(key)),
    contestant(`POST /batch/events.json, ${batchSize} each`, batchClients, batchSize, () =>
      batchRequests(key, batchSize),
    ),
  ];
  const inserts: InsertRun[] = [];
  let acknowledged = 0;

  const load = async ({ connections, eventsPerRequest, requests }: Contestant, seconds: number, rate?: number) => {
    const result = await send({ port, nextRequest: requests(), seconds, connections, rate });
    acknowledged += result.answered * eventsPerRequest;
    await database.checkStored(acknowledged);
    await database.checkCounted(acknowledged);
    await sleep(amount(500, 0));
    return result;
  };
  const insert = (seconds: number) => insertWithPgbench({ url: database.url, script, folder, clients, seconds });

  await insert(warmUpSeconds);
  for (const who of contestants) await load(who, warmUpSeconds);
  for (let round = 0; round < rounds; round += 1) {
    inserts.push(await insert(roundSeconds));
    for (const who of contestants) {
      const { answered, seconds } = await load(who, roundSeconds);
      who.peaks.push(answered / seconds);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const who of contestants) {
      who.paced.push((await load(who, roundSeconds, shareOfPeak * median(who.peaks))).latencies);
    }
  }
  report(contestants, inserts, acknowledged);
}

const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'clients', align: 'right' },
  { heading: 'events/s', align: 'right' },
  { heading: 'of INSERT', align: 'right' },
  { heading: 'p50 at 70 %', align: 'right' },
  { heading: 'p99 at 70 %', align: 'right' },
];

function report(contestants: readonly Contestant[], inserts: readonly InsertRun[], acknowledged: number): void {
  const baseline = median(inserts.map(({ rowsPerSecond }) => rowsPerSecond));
  const rows = contestants.map(({ name, connections, eventsPerRequest, peaks, paced }) => {
    const rate = median(peaks) * eventsPerRequest;
    const latency = (quantile: number) => `${median(paced.map((each) => quantileOf(each, quantile))).toFixed(1)} ms`;
    return [name, String(connections), whole(rate), (rate / baseline).toFixed(2), latency(0.5), latency(0.99)];
  });
  const insertion = ['pgbench, INSERT of one row', String(clients), whole(baseline), '1.00', '', ''];
  console.log(`\nStoring durably, ${processes} processes; medians of ${rounds} rounds of ${roundSeconds} s\n`);
  console.log(table(columns, [insertion, ...rows]));
  console.log(`\nAll ${whole(acknowledged)} acknowledged events are in the table, each once.`);
}
