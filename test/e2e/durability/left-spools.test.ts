import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { readFrame } from '../../../service/predictions/spool/frame';
import { createTestDatabase, startTestServer, type TestServer } from '../../support/postgres/database';
import { audit, faultless } from '../support/audit';
import { Command } from '../support/command';
import { Load } from '../support/load';
import { Place } from '../support/place';
import { stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('The spools that dead processes left', () => {
  const place = new Place();
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    await place.remove();
    await server.remove();
  });

  const root = join(place.data, 'spool/1_0_0');
  const spools = () => readdirSync(root).filter((name) => !name.startsWith('.'));

  /** The last segment of a spool. */
  const lastSegment = (spool: string) =>
    join(
      root,
      spool,
      readdirSync(join(root, spool))
        .filter((name) => name.endsWith('.log'))
        .sort()
        .at(-1) as string,
    );

  it('are shipped by the next start and removed, but for what a write had not finished', async () => {
    // GIVEN two processes that died while the database was away, each in the midst of a write
    const port = await stablePort();
    const first = await startProduct({ place, port, database: server.url, processes: 2 });
    const { answers } = await Load.during(first.url, { seed: 1 }, async (load) => {
      await load.untilAnswered(100);
      await server.stop();
      await load.untilAnswered(300);
      await place.kill();
    });
    const left = spools();
    expect(left).toHaveLength(2);
    const [one, other] = left.map(lastSegment) as [string, string];
    const frame = readFrame(readFileSync(other), 0) as Exclude<ReturnType<typeof readFrame>, string>;
    appendFileSync(one, 'no frame at all');
    appendFileSync(other, readFileSync(other).subarray(0, Math.ceil(frame.length / 2)));
    // WHEN
    await server.start();
    const second = await startProduct({ place, port, database: server.url, processes: 2 });
    await second.untilShipped();
    // THEN
    await until('the spools of the dead are removed', () => !spools().some((spool) => left.includes(spool)));
    const pool = new Pool({ connectionString: server.url });
    const findings = await audit(pool, answers, [place.data]);
    await pool.end();
    expect(findings).toEqual(faultless);
  });
});

describe('`modelapp stream` that is killed', () => {
  it('has its answers shipped by the service on the same data directory', async () => {
    // GIVEN
    const place = new Place();
    const database = await createTestDatabase({ migrated: false });
    try {
      await startProduct({ place, port: await stablePort(), database: database.url, processes: 1 });
      const stream = new Command({ place, args: ['stream', '--data', place.data, '--database', database.url] });
      const sample = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
      const lines = Array.from({ length: 20 }, (_, n) => [{ ...sample, sepal_length: 5 + n / 100 }, sample]);
      // WHEN
      for (const line of lines) stream.child.stdin?.write(`${JSON.stringify(line)}\n`);
      const answered = () => stream.stdout.split('\n').filter(Boolean);
      await until('an answer to every line', () => answered().length === lines.length);
      stream.child.kill('SIGKILL');
      await stream.ended;
      // THEN
      const recorded = async () => {
        const { rows } = await database.pool.query(
          `select features, output from inputs_1_0_0 join outputs_1_0_0 using (run_id) where inputs_1_0_0.protocol = 'stream'
           order by run_id`,
        );
        return rows;
      };
      const expected = lines.flatMap((samples, n) => {
        const outputs = JSON.parse(answered()[n] as string) as string[];
        return samples.map((features, i) => ({ features, output: outputs[i] }));
      });
      await until('all rows', async () => (await recorded()).length >= expected.length);
      expect(await recorded()).toEqual(expected);
    } finally {
      await place.remove();
      await database.drop();
    }
  });
});
