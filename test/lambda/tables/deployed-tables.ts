import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { underscored, type Version } from '../../../config/version';
import type { Manifest } from '../../../lambda/tables/archive';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { type Answer, FakeCloudFormation, request } from '../support/cloudformation';
import { bucket, FakeS3 } from '../support/fake-s3';
import { type FunctionUnderTest, type Invocation, invoke, startInvocation } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';
import { type RdsServer, startRds } from '../support/rds';

export interface SendOptions {
  /** @default 1.2.0 */
  readonly version?: string;
  /** @default true */
  readonly archive?: boolean;
  /** What the function hears of its time, asking after asking, in milliseconds; the last value stays. */
  readonly remaining?: readonly number[];
}

/** Where the archive of 1.2.0 goes when its stack is deleted. */
export const folder = 'archives/1.2.0/7e1f-42';

/** How much time the function has on its first askings: for the timer, and then before each part. */
export const timeForParts = (parts: number): number[] => [...Array<number>(parts + 1).fill(900_000), 0];

/** The function `tables` as it is deployed: its bundle, with a real PostgreSQL and stand-ins for S3 and CloudFormation. */
export class DeployedTables {
  s3 = new FakeS3();
  cloudFormation = new FakeCloudFormation();
  private loopback: Loopback | undefined;
  /** Variables that differ from those of the deployment. */
  environment: Readonly<Record<string, string>> = {};

  private constructor(
    private readonly bundles: string,
    readonly rds: RdsServer,
  ) {}

  static async open(name: string): Promise<DeployedTables> {
    const bundles = join(runFolder(), `${name}-bundles`);
    await buildBundles(bundles);
    return new DeployedTables(bundles, await startRds());
  }

  /** Begins anew: with a database as the base stack makes it, and nothing in S3. */
  async reset(): Promise<void> {
    await this.loopback?.close();
    this.s3 = new FakeS3();
    this.cloudFormation = new FakeCloudFormation();
    this.environment = {};
    this.loopback = await startLoopback(
      (asked) => this.s3.answerer(asked),
      (asked) => this.cloudFormation.answerer(asked),
    );
    await this.rds.reset();
    const { username: user, password } = this.rds.master;
    const environment = { MODELAPP_DATABASE_URL: this.rds.url };
    await invoke({ bundle: join(this.bundles, 'database-inside'), environment }, { user, password });
  }

  async close(): Promise<void> {
    await this.loopback?.close();
    await this.rds.remove();
  }

  private get url(): string {
    return this.loopback?.url ?? '';
  }

  private get function(): FunctionUnderTest {
    return {
      bundle: join(this.bundles, 'tables'),
      environment: {
        MODELAPP_DATABASE_URL: this.rds.url,
        AWS_ENDPOINT_URL: this.url,
        ARTIFACTS_BUCKET: bucket,
        ARCHIVE_PART_ROWS: '10',
        SESSION_WAIT_SECONDS: '0',
        ...this.environment,
      },
    };
  }

  /** Begins a request of CloudFormation. */
  start(type: 'Create' | 'Update' | 'Delete', options: SendOptions = {}): Invocation {
    const { version = '1.2.0', archive = true, remaining } = options;
    const id = type === 'Create' ? undefined : `tables:${version}`;
    return startInvocation(
      this.function,
      this.request(type, { Version: version, Archive: String(archive) }, id),
      remaining,
    );
  }

  /** @returns what the function answered */
  async send(...args: Parameters<DeployedTables['start']>): Promise<Answer> {
    await this.start(...args).result;
    return this.cloudFormation.last;
  }

  request(type: 'Create' | 'Update' | 'Delete', properties: Record<string, string>, id?: string) {
    return request(this.url, type, properties, id);
  }

  /** Calls the function with an event of one's own. */
  invoke(event: unknown, remaining?: readonly number[]): ReturnType<typeof invoke> {
    return invoke(this.function, event, remaining);
  }

  /** Makes predictions of a version, with feedback to each, as its service does. */
  async predict(version: string, count: number): Promise<void> {
    const v = underscored(version as Version);
    const service = await this.rds.connectAs(`modelapp_${v}`);
    await service.query(
      `insert into inputs_${v} (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
       select 'order, "' || n || '"', now() + n * interval '1 s', gen_random_uuid(), 0, 'iris', 1, 'oip', '{}', true
       from generate_series(1, $1) as n`,
      [count],
    );
    await service.query(
      `insert into outputs_${v} (run_id, id, finished_at, output, code_version, prediction_id, sample, model, revision, protocol, latency_ms)
       select run_id, id, now(), 'a' || chr(10) || 'b', '1', prediction_id, sample, model, revision, protocol, 1 from inputs_${v}`,
    );
    await service.query(`insert into feedback (prediction_id, outcome) select prediction_id, 'true' from inputs_${v}`);
    await service.end();
  }

  /** The tables and roles that bear a version. */
  async namesOf(version: string): Promise<string[]> {
    const found = await this.rds.query<{ name: string }>(
      `select tablename as name from pg_tables where tablename like '%' || $1
       union select rolname from pg_roles where rolname like '%' || $1 order by 1`,
      [`_${version.replaceAll('.', '\\_')}`],
    );
    return found.map(({ name }) => name);
  }

  /** How many rows the table of predictions of 1.2.0 has. */
  async predictions(): Promise<number> {
    const [row] = await this.rds.query<{ count: number }>('select count(*)::int from inputs_1_2_0');
    return row!.count;
  }

  /** All rows of a version, and the feedback to it. */
  rowsOf(version: string): Promise<object[]> {
    const v = underscored(version as Version);
    return this.rds.query(
      `select 'inputs' as kind, to_jsonb(t) as row from inputs_${v} as t
       union all select 'outputs', to_jsonb(t) from outputs_${v} as t
       union all select 'feedback', to_jsonb(t) from feedback as t
         where prediction_id in (select prediction_id from inputs_${v})
       order by 1, 2`,
    );
  }

  manifest(): Manifest {
    return this.s3.json<Manifest>(`${folder}/manifest.json`);
  }

  /** Texts of the archived parts of a table, each with a header. */
  parts(table: string): string[] {
    const { parts = [] } = this.manifest().tables.find(({ name }) => name === table) ?? {};
    return parts.map(({ key }) => gunzipSync(this.s3.objects.get(`${folder}/${key}`)!).toString());
  }

  /** How many rows the parts hold, of each table that a version has. */
  archivedRows(): Record<string, number> {
    return Object.fromEntries(
      ['inputs_1_2_0', 'outputs_1_2_0', 'feedback'].map((table) => [
        table,
        this.parts(table).reduce((rows, part) => rows + recordsOf(part) - 1, 0),
      ]),
    );
  }

  /** The column `outcome` of the archived feedback. */
  outcomes(): string[] {
    return this.parts('feedback').flatMap((part) =>
      part
        .trim()
        .split('\n')
        .slice(1)
        .map((record) => record.split(',')[3]!),
    );
  }
}

/** What `archivedRows` tells when each table has so many rows. */
export const each = (rows: number) => ({ inputs_1_2_0: rows, outputs_1_2_0: rows, feedback: rows });

/** Records of a CSV text, in which a quoted field may hold a line end. */
const recordsOf = (csv: string): number =>
  csv
    .replace(/"[^"]*"/g, '')
    .split('\n')
    .filter(Boolean).length;
