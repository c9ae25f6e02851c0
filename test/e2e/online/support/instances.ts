import { join } from 'node:path';
import type { Pool } from 'pg';
import { Environment } from '../../../../config/environment';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { Place } from '../../support/place';
import { type Product, type ProductOptions, stablePort, startProduct } from '../../support/product';
import { writeProject } from '../../support/project';
import { until } from '../../support/wait';
import { films, filmsConfig, items, model, pairOf, users } from './films';

/** Request processes of an instance. */
const processes = 2;

/** An instance that can be killed and started again at the same address. */
export class Instance {
  readonly place = new Place();
  #running: Product | undefined;

  constructor(private readonly options: Omit<ProductOptions, 'place'>) {}

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get product(): Product {
    if (!this.#running) throw new Error('the instance does not run');
    return this.#running;
  }

  async start(): Promise<void> {
    this.#running = await startProduct({ ...this.options, place: this.place, processes });
  }

  /** Resolves when others have come for the request processes that were killed. */
  async untilWhole(): Promise<void> {
    await until('all request processes are back', async () => {
      const response = await fetch(`${this.url}/readyz`, { headers: { connection: 'close' } }).catch(() => undefined);
      return response?.status === 200 && this.product.workers().length === processes;
    });
  }

  /** Asks a management route or any other. */
  async call(path: string, body?: unknown): Promise<{ readonly status: number; readonly value: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      // A connection each, so that all processes are asked.
      headers: { connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, value: await response.json() };
  }

  /** What each of its processes predicts of all users and items. */
  async scores(): Promise<readonly ReadonlyMap<string, number>[]> {
    const ofProcesses = Array.from({ length: processes }, () => new Map<string, number>());
    for (const user of users) {
      for (const item of items) {
        // New connections go round the processes.
        for (const scores of ofProcesses) {
          const { value } = await this.call(`/predict/${model}`, { uid: user, context: item });
          scores.set(pairOf(user, item), value as number);
        }
      }
    }
    return ofProcesses;
  }
}

/** Two instances with one database and one place for models, which serve an imported revision. */
export class Instances {
  private constructor(
    readonly all: readonly [Instance, Instance],
    private readonly database: TestDatabase,
    private readonly shared: Place,
  ) {}

  /** @param program the built product if absent */
  static async start(program?: string): Promise<Instances> {
    const database = await createTestDatabase({ migrated: false });
    const shared = new Place();
    const options = {
      config: writeProject(shared, filmsConfig),
      environment: { [Environment.modelLocation]: join(shared.folder, 'models') },
      database: database.url,
      ...(program !== undefined && { program }),
    };
    const all = [
      new Instance({ ...options, port: await stablePort() }),
      new Instance({ ...options, port: await stablePort() }),
    ] as const;
    const instances = new Instances(all, database, shared);
    for (const instance of all) await instance.start();
    await all[0].call(`/models/${model}/revisions`, films);
    return instances;
  }

  get pool(): Pool {
    return this.database.pool;
  }

  get urls(): readonly string[] {
    return this.all.map(({ url }) => url);
  }

  /** Whether the weights of the active revision count all that was observed. */
  async haveLearnt(): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `select from online_revisions_1_0_0 join observed_models_1_0_0 using (model)
       where model = $1 and position = last_position
         and revision = (select active from models_1_0_0 where model = $1)`,
      [model],
    );
    return rowCount === 1;
  }

  async remove(): Promise<void> {
    for (const place of [...this.all.map(({ place }) => place), this.shared]) await place.remove();
    await this.database.drop();
  }
}
