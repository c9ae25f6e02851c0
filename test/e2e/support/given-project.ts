import type { ConfigInput } from '../../../config/schema';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { type Ended, runCommand } from './command';
import { Place } from './place';
import { type Product, type ProductOptions, stablePort, startProduct } from './product';
import { writeProject } from './project';

/** What there is while a test runs. */
export interface GivenProject {
  readonly place: Place;
  readonly database: TestDatabase;
  /** The configuration file. */
  readonly config: string;
  /** Runs a command on it to its end. */
  run(...args: readonly string[]): Promise<Ended & { readonly stdout: string; readonly stderr: string }>;
  /** Serves it in one request process, until the tests have ended if nobody stops it before. */
  start(options?: Pick<ProductOptions, 'eventsPort'>): Promise<Product>;
}

/** Gives the tests of a file the shipped project with some options changed, and an empty database. */
export function givenProject(changes: Partial<ConfigInput>): GivenProject {
  let place: Place;
  let database: TestDatabase;
  let config: string;
  const products: Product[] = [];
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    config = writeProject(place, changes);
  });
  afterAll(async () => {
    for (const product of products) await product.stop();
    await place.remove();
    await database.drop();
  });
  return {
    get place() {
      return place;
    },
    get database() {
      return database;
    },
    get config() {
      return config;
    },
    run: (...args) =>
      runCommand({ place, args: [...args, '--config', config, '--data', place.data, '--database', database.url] }),
    async start(options = {}) {
      const port = await stablePort();
      const product = await startProduct({ ...options, place, port, database: database.url, processes: 1, config });
      products.push(product);
      return product;
    },
  };
}
