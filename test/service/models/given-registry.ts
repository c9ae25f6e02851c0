import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transaction } from '../../../service/database/transaction';
import { type NewRevision, Registry } from '../../../service/models/registry';
import { FolderStore } from '../../../service/models/store/folder-store';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { moviesConfig } from '../observations/movies';
import { emptyModelTables, irisConfig, irisRevision } from './iris';

/** What there is while a test runs. */
export interface GivenRegistry {
  readonly database: TestDatabase;
  /** Where the files of the revisions are. */
  readonly folder: string;
  readonly store: FolderStore;
  readonly registry: Registry;
  /** Publishes a revision of iris, by default one that answers setosa, and tells its number. */
  publish(revision?: NewRevision): Promise<number>;
}

const models = { ...irisConfig().models, ...moviesConfig().models };

/** Gives the tests of a file one database, and each of them a registry without models, with a folder of its own. */
export function givenRegistry(): GivenRegistry {
  let database: TestDatabase;
  let folder: string;
  let store: FolderStore;
  let registry: Registry;
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await emptyModelTables(database.pool);
    folder = mkdtempSync(join(tmpdir(), 'registry-'));
    store = new FolderStore(folder);
    registry = new Registry(database.pool, testVersion, store, { models, directory: '.' });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return {
    get database() {
      return database;
    },
    get folder() {
      return folder;
    },
    get store() {
      return store;
    },
    get registry() {
      return registry;
    },
    publish: (revision = irisRevision('setosa')) =>
      transaction(database.pool, (client) => registry.publish(client, revision)),
  };
}
