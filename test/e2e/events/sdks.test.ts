import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { Command, runCommand } from '../support/command';
import { Place } from '../support/place';
import { stablePort } from '../support/product';
import { installNpmSdk, installPythonSdk, type Sdk } from './sdk';

// Generous, as for all tests: each installs a client from its registry.
jest.setTimeout(300_000);

const run = promisify(execFile);
const key = 'key-that-is-long-enough-for-clients';

describe('An official client, unmodified, against `pio eventserver`', () => {
  let place: Place;
  let database: TestDatabase;
  let server: Command;
  let url: string;
  let sdk: Sdk | undefined;

  const pio = (...args: string[]) =>
    runCommand({ place, args: [...args, '--data', place.data, '--database', database.url] });

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    place = new Place();
    // The Python client's own tests set the server up like this, and read the id.
    await pio('app', 'delete', '-f', 'MyTestApp');
    expect(await pio('app', 'new', '--access-key', key, 'MyTestApp')).toMatchObject({ exitCode: 0 });
    expect((await pio('app', 'show', 'MyTestApp')).stdout).toContain('App ID: 1');
    expect(await pio('app', 'channel-new', 'MyTestApp', 'backup')).toMatchObject({ exitCode: 0 });
    const port = String(await stablePort());
    const args = ['eventserver', '--ip', '127.0.0.1', '--port', port, '--data', place.data, '--database', database.url];
    server = new Command({ place, args });
    await server.untilPrinted('Event Server listens');
    url = `http://127.0.0.1:${port}`;
  });
  afterEach(() => {
    sdk?.remove();
    sdk = undefined;
  });
  afterAll(async () => {
    await place.remove();
    await database.drop();
  });

  /** Runs tests with a client; what they print is in the error if they fail. */
  function runTests({ folder, command: [program, ...first] }: Sdk, args: readonly string[], env: NodeJS.ProcessEnv) {
    return run(program, [...first, ...args], { cwd: folder, env: { ...process.env, ...env } });
  }

  it('predictionio-driver 0.5.2 for Node.js passes its own tests of events', async () => {
    sdk = installNpmSdk();
    const { hostname, port } = new URL(url);

    const { stdout } = await runTests(
      sdk,
      ['node_modules/predictionio-driver/test/test.js', '--grep', 'Testing PredictionIO events'],
      { PIOEventUrl: `http://${hostname}`, PIOEventPort: port, PIOAppID: '1', PIOAccessKey: key },
    );

    expect(stdout).toContain('16 passing');
    expect(stdout).not.toMatch(/failing|pending/);
  });

  it('PredictionIO 0.9.9 for Python creates, reads, lists and deletes, and its files are imported', async () => {
    sdk = installPythonSdk();
    const file = join(place.folder, 'exported.json');

    const { stderr } = await runTests(sdk, ['-m', 'unittest', 'sdk_test'], {
      EVENTS_URL: url,
      ACCESS_KEY: key,
      EXPORT_FILE: file,
    });

    expect(stderr).toMatch(/^Ran 10 tests in .*\n\nOK\n/m);
    const { stdout, exitCode } = await pio('import', '--appid', '1', '--input ', file);
    expect(stdout).toContain('3 event(s) stored');
    expect(exitCode).toBe(0);
  });
});
