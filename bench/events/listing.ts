import { listRequests } from '../load/event-requests';
import { quantileOf, send } from '../load/load';
import { amount } from '../options';
import { startService } from '../servers/start-service';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';
import { EventDatabase } from './event-database';
import { fillEvents } from './fill-events';

/*
 * How soon `GET /events.json` answers with the first 20 events of somebody or something, while many others are stored.
 * Those who have more events are asked for more often.
 */

const events = amount(10_000_000, 2_000);
const connections = amount(16, 4);
/** Requests per second. */
const rate = amount(200, 50);
const processes = 2;
const warmUpSeconds = amount(3, 0.5);
const rounds = amount(3, 1);
const roundSeconds = amount(10, 0.5);

/** What is asked about an event that is stored, so that no list is empty. */
const questions = {
  'a user, earliest first': ({ who }: Subject) => `entityType=user&entityId=${who}`,
  'a user, latest first': ({ who }: Subject) => `entityType=user&entityId=${who}&reversed=true`,
  'a user, one event name': ({ who, event }: Subject) => `entityType=user&entityId=${who}&event=${event}`,
  'an item as target': ({ what }: Subject) => `targetEntityType=item&targetEntityId=${what}`,
  'a user and an item': ({ who, what }: Subject) =>
    `entityType=user&entityId=${who}&targetEntityType=item&targetEntityId=${what}`,
};

export const measureListing = (): Promise<void> =>
  inScratch(async ({ folder, stopAtEnd }) => {
    const database = stopAtEnd(await EventDatabase.start(folder));
    await fillEvents(database.client, database.place, events);
    const subjects = await sample(database);
    const { url, key } = database;
    const service = stopAtEnd(await startService({ databaseUrl: url, dataDirectory: `${folder}/data`, processes }));

    const lists = Object.entries(questions).map(([name, question]) => {
      const nextRequest = listRequests(key, subjects.map(question));
      const ask = (seconds: number) => send({ port: service.eventsPort, nextRequest, connections, rate, seconds });
      return { name, ask, latencies: [] as Float64Array[] };
    });
    for (const { ask } of lists) await ask(warmUpSeconds);
    for (let round = 0; round < rounds; round += 1) {
      for (const { ask, latencies } of lists) latencies.push((await ask(roundSeconds)).latencies);
    }
    report(lists);
  });

interface Subject {
  readonly who: string;
  readonly what: string;
  readonly event: string;
}

const sampleSize = 10_000;

/** Some of the events that are stored, each as likely as any other. */
async function sample({ client }: EventDatabase): Promise<readonly Subject[]> {
  const percent = Math.min(100, (100 * sampleSize) / events);
  const { rows } = await client.query<Subject>(
    `select entity_id as who, target_entity_id as what, event from events tablesample bernoulli (${percent}) repeatable (1)
     order by random()`,
  );
  return rows;
}

const columns: readonly Column[] = [
  { heading: 'GET /events.json of', align: 'left' },
  { heading: 'requests/s', align: 'right' },
  { heading: 'p50', align: 'right' },
  { heading: 'p99', align: 'right' },
];

function report(lists: readonly { readonly name: string; readonly latencies: readonly Float64Array[] }[]): void {
  const lines = lists.map(({ name, latencies }) => {
    const latency = (quantile: number) =>
      `${median(latencies.map((each) => quantileOf(each, quantile))).toFixed(2)} ms`;
    return [name, whole(rate), latency(0.5), latency(0.99)];
  });
  console.log(
    `\nListing 20 of ${whole(events)} stored events, ${connections} connections; medians of ${rounds} rounds of ${roundSeconds} s\n`,
  );
  console.log(table(columns, lines));
}
