import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { buildBundles } from '../../../lambda/support/bundles';
import { FakeCloudFormation as CustomResourceAnswers, request } from '../../../lambda/support/cloudformation';
import { FakeEcr } from '../../../lambda/support/fake-ecr';
import { fakeLambda } from '../../../lambda/support/fake-lambda';
import { bucket, FakeS3 } from '../../../lambda/support/fake-s3';
import { type FunctionUnderTest, invoke } from '../../../lambda/support/invoke';
import { type Answerer, type Loopback, startLoopback } from '../../../lambda/support/loopback';
import { type RdsServer, startRds } from '../../../lambda/support/rds';
import { runFolder } from '../../../support/test-run';
import { answersJson } from '../../aws/support/answers';
import { type Deletion, FakeCloudFormation, type FakeStack, stackId } from '../../aws/support/fake-cloudformation';
import { fakeSts } from '../../aws/support/fake-sts';

export const hash = 'a'.repeat(64);

/** What all deployments of a test file share: the bundles of the functions, and a database server. */
export class Surroundings {
  private constructor(
    readonly bundles: string,
    readonly rds: RdsServer,
  ) {}

  static async start(): Promise<Surroundings> {
    const bundles = mkdtempSync(join(runFolder(), 'bundles-'));
    await buildBundles(bundles);
    return new Surroundings(bundles, await startRds());
  }

  stop(): Promise<void> {
    return this.rds.remove();
  }
}

/** A deployment with Base: AWS is a loopback server; the functions are our bundles, and the database is a real one. */
export class Deployment {
  readonly cloudFormation = new FakeCloudFormation();
  readonly ecr = new FakeEcr('modelapp');
  readonly s3 = new FakeS3();
  /** What happens when CloudFormation deletes the service of a version; a text is the reason why it cannot. */
  deletingService: () => Promise<string | undefined> = async () => undefined;
  /** Time that the function which drops the tables has, call by call. */
  remaining: readonly number[] | undefined;
  readonly #answers = new CustomResourceAnswers();
  #aws: Loopback | undefined;

  private constructor(private readonly surroundings: Surroundings) {}

  static async start(surroundings: Surroundings, ...answerers: readonly Answerer[]): Promise<Deployment> {
    const deployment = new Deployment(surroundings);
    await surroundings.rds.reset();
    deployment.#aws = await startLoopback(
      ...answerers,
      fakeSts(),
      deployment.cloudFormation.answerer,
      deployment.ecr.answerer,
      fakeLambda('modelapp-tables', () => deployment.function('tables')),
      answersJson('ResourceGroupsTaggingAPI_20170126.GetResources', () => ({ ResourceTagMappingList: [] })),
      deployment.s3.answerer,
      deployment.#answers.answerer,
    );
    deployment.ecr.url = deployment.url;
    deployment.cloudFormation.deleting = (stack) => deployment.deleteVersion(stack);
    deployment.cloudFormation.stacks.push({
      name: 'ModelApp-Base',
      state: 'CREATE_COMPLETE',
      tags: { 'modelapp:stack': 'ModelApp-Base' },
      outputs: { ArtifactsName: bucket },
    });
    const { username: user, password } = surroundings.rds.master;
    await invoke(deployment.function('database-inside'), { user, password });
    return deployment;
  }

  get url(): string {
    return this.#aws!.url;
  }

  async stop(): Promise<void> {
    await this.#aws?.close();
  }

  /** Deploys a version with predictions, and feedback to each. */
  async deployVersion(version: string, { predictions = 0, archive = true } = {}): Promise<FakeStack> {
    this.ecr.push(version, hash);
    await this.createTables(version);
    await this.predict(version, predictions);
    const stack: FakeStack = {
      name: stackOf(version),
      state: 'CREATE_COMPLETE',
      tags: { 'modelapp:stack': stackOf(version), 'modelapp:version': version },
      template: { Resources: { Tables: { Type: 'Custom::ModelAppTables', Properties: { Archive: archive } } } },
    };
    this.cloudFormation.stacks.push(stack);
    return stack;
  }

  async createTables(version: string): Promise<void> {
    await this.customResource('tables', 'Create', version, {});
  }

  async predict(version: string, count: number): Promise<void> {
    const v = version.replaceAll('.', '_');
    const service = await this.surroundings.rds.connectAs(`modelapp_${v}`);
    await service.query(
      `insert into inputs_${v} (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
       select 'order ' || n, now(), gen_random_uuid(), 0, 'iris', 1, 'oip', '{}', true from generate_series(1, $1) as n`,
      [count],
    );
    await service.query(`insert into feedback (prediction_id, outcome) select prediction_id, 'true' from inputs_${v}`);
    await service.end();
  }

  /** Names of the tables and roles that a version has. */
  async inDatabase(version: string): Promise<string[]> {
    const found = await this.surroundings.rds.query<{ name: string }>(
      `select tablename as name from pg_tables where tablename like '%' || $1
       union select rolname from pg_roles where rolname like '%' || $1 order by 1`,
      [`_${version.replaceAll('.', '\\_')}`],
    );
    return found.map(({ name }) => name);
  }

  query<Row extends object>(sql: string): Promise<Row[]> {
    return this.surroundings.rds.query<Row>(sql);
  }

  /** As CloudFormation does: the service, then the tables, then the tag; what follows a failure is not touched. */
  async deleteVersion({ name, template }: FakeStack): Promise<readonly Deletion[]> {
    const version = name.replace('ModelApp-', '').replaceAll('-', '.');
    const reason = await this.deletingService();
    if (reason) return [{ resource: 'Service', reason }];
    const Archive = String(JSON.stringify(template).includes('"Archive":true'));
    const tables = await this.customResource('tables', 'Delete', version, { Archive });
    if (tables) return [{ resource: 'Service' }, { resource: 'Tables', reason: tables }];
    await this.customResource('release', 'Delete', version, { Repository: 'modelapp' });
    return [{ resource: 'Service' }, { resource: 'Tables' }, { resource: 'Release' }];
  }

  /** @returns why it failed */
  private async customResource(
    name: 'tables' | 'release',
    type: 'Create' | 'Delete',
    version: string,
    properties: Record<string, string>,
  ): Promise<string | undefined> {
    const id = type === 'Create' ? undefined : `${name}:${version}`;
    const event = {
      ...request(this.url, type, { Version: version, ...properties }, id),
      StackId: stackId(stackOf(version)),
    };
    await invoke(this.function(name), event, ...(this.remaining ? [this.remaining] : []));
    return this.#answers.last.Status === 'FAILED' ? this.#answers.last.Reason : undefined;
  }

  private function(name: string): FunctionUnderTest {
    return {
      bundle: join(this.surroundings.bundles, name),
      environment: {
        MODELAPP_DATABASE_URL: this.surroundings.rds.url,
        AWS_ENDPOINT_URL: this.url,
        ARTIFACTS_BUCKET: bucket,
        ARCHIVE_PART_ROWS: '10',
        SESSION_WAIT_SECONDS: '0',
      },
    };
  }
}

const stackOf = (version: string): string => `ModelApp-${version.replaceAll('.', '-')}`;
