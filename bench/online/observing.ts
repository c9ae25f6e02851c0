import { Client } from 'pg';
import { observationTables } from '../../service/observations/tables';
import { send } from '../load/load';
import { amount, type Lines, releasedVersion } from '../options';
import { insertWithPgbench, installPgbench } from '../servers/pgbench';
import { inScratch, type Scratch } from '../system/scratch';
import { median, whole } from '../table';
import { startFilms } from './film-service';
import { catalogueSize } from './films';
import { lines } from './lines';
import { observeRequests, users } from './requests';

/*
 * How many observations are acknowledged, each after COMMIT, while users learn from them; and how many rows of the same
 * table pgbench inserts one by one. All share the cores of the machine.
 */

const clients = amount(64, 4);
const processes = 2;
const warmUpSeconds = amount(3, 0.5);
const rounds = amount(5, 1);
const roundSeconds = amount(8, 0.5);

const { observations } = observationTables(releasedVersion());

/** The same row, of another model. */
const script = `\\set who random(0, ${users - 1})
\\set what random(0, ${catalogueSize - 1})
insert into ${observations} (model, user_id, item, score, position)
values ('inserted', (:who)::text, (:what)::text, 3, 1)
on conflict (model, user_id, item_key) do update set score = excluded.score;
`;

export const measureObserving = (): Promise<Lines> =>
  inScratch(async (scratch: Scratch) => {
    installPgbench();
    const { database, service } = await startFilms(scratch, { processes });
    const nextRequest = observeRequests();
    let acknowledged = 0;
    const observe = async (seconds: number) => {
      const result = await send({ port: service.port, nextRequest, seconds, connections: clients });
      acknowledged += result.answered;
      await checkStored(database.url, acknowledged);
      return result.answered / result.seconds;
    };
    const insert = async (seconds: number) => {
      const run = await insertWithPgbench({ url: database.url, script, folder: scratch.folder, clients, seconds });
      return run.rowsPerSecond;
    };
    await insert(warmUpSeconds);
    await observe(warmUpSeconds);
    const inserted: number[] = [];
    const observed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      inserted.push(await insert(roundSeconds));
      observed.push(await observe(roundSeconds));
    }
    const rate = median(observed);
    const baseline = median(inserted);
    return lines([
      {
        what: `POST /observe, ${clients} clients, all ${whole(acknowledged)} stored`,
        goal: '5,000/s',
        measured: `${whole(rate)}/s`,
        baseline: { what: `pgbench, INSERT of one row: ${whole(baseline)}/s`, ratio: rate / baseline },
      },
    ]);
  });

/** @throws {Error} unless so many observations are stored */
async function checkStored(url: string, expected: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select count(*) as stored from ${observations} where model = 'films'`);
  await client.end();
  if (Number(rows[0].stored) !== expected) {
    throw new Error(`${expected} observations were acknowledged, ${rows[0].stored} are stored`);
  }
}
