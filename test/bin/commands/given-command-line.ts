import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { CommandLine, type Ended } from './command-line';

/** What there is while a test runs. */
export interface GivenCommandLine {
  readonly database: TestDatabase;
  /** The data directory. */
  readonly data: string;
  /** Runs a command to its end. */
  run(...words: string[]): Promise<Ended>;
}

/** Gives each test of a file a command line with a database and a data directory of their own. */
export function givenCommandLine({ migrated }: { readonly migrated: boolean }): GivenCommandLine {
  let database: TestDatabase;
  let commandLine: CommandLine;
  beforeEach(async () => {
    database = await createTestDatabase({ migrated });
    commandLine = new CommandLine(database);
  });
  afterEach(async () => {
    commandLine.remove();
    await database.drop();
  });
  return {
    get database() {
      return database;
    },
    get data() {
      return commandLine.data;
    },
    run: (...words) => commandLine.run(...words),
  };
}
