import { readFileSync } from 'node:fs';
import { escapeIdentifier } from 'pg';
import { containerDataDirectory, containerUserId } from '../../config/environment';
import { parseVersion, underscored } from '../../config/version';
import packageJson from '../../package.json';
import { accessKeyDigest } from '../../service/events/apps/access-key';
import { ReleaseTree } from '../deploy/support/release-tree';
import { linearClassifier } from '../learning/onnx/onnx-file';
import { createTestDatabase, type TestDatabase } from '../support/postgres/database';
import { type BuiltImage, build, buildAndShip } from './built-image';
import { describeWithDocker } from './requirements';
import { apiKeys, runCommand, type ServiceContainer, startService } from './running-image';
import { writablePaths } from './writable-paths';

jest.setTimeout(300_000);

describeWithDocker('The image', () => {
  const sourceHash = 'a1b2c3'.repeat(10);
  let shipped: BuiltImage;

  beforeAll(async () => {
    shipped = await buildAndShip(sourceHash);
  });
  afterAll(() => shipped?.remove());

  const configured = (field: string) => shipped.inspect(`.Config.${field}`);
  const run = (program: string, ...args: string[]) =>
    shipped.docker('run', '--rm', '--network', 'none', '--entrypoint', program, shipped.name, ...args);

  it('is the same after a registry has kept it', async () => {
    expect(await shipped.inspect('.Id')).toBe(shipped.builtId);
  });

  it('has at most 250 MB of compressed layers', () => {
    expect(shipped.layerBytes).toBeLessThanOrEqual(250_000_000);
  });

  it('tells the hash of its source in a label', async () => {
    expect(await configured('Labels')).toHaveProperty(['modelapp.source-hash'], sourceHash);
  });

  it('serves unless told otherwise, and takes other commands as arguments', async () => {
    expect(await configured('Entrypoint')).toEqual(['node', 'modelapp.js']);
    expect(await configured('Cmd')).toEqual(['serve']);
  });

  it('has a health check that needs no shell', async () => {
    expect(await configured('Healthcheck')).toMatchObject({ Test: ['CMD', 'node', 'health.js'] });
  });

  it('is unhealthy while nothing serves', async () => {
    await expect(run('node', 'health.js')).rejects.toMatchObject({ code: 1 });
  });

  it('runs as a user without a name and without rights', async () => {
    expect(await run('id', '-u')).toBe(`${containerUserId}`);
    expect(await run('id', '-g')).toBe(`${containerUserId}`);
  });

  it('leaves its program to root, also where the root file system is writable', async () => {
    expect(await writablePaths(run, '/app')).toEqual([]);
  });

  it('can write to its volume only, where the root file system is read-only', async () => {
    const runReadOnly = (program: string, ...args: string[]) =>
      shipped.docker('run', '--rm', '--read-only', '--entrypoint', program, shipped.name, ...args);
    expect(await writablePaths(runReadOnly, '/')).toEqual([containerDataDirectory]);
  });

  it('keeps what it needs for a while there too', async () => {
    const printed = await shipped.docker('run', '--rm', '--entrypoint', 'node', shipped.name, '-p', 'os.tmpdir()');
    expect(printed.trim()).toBe(containerDataDirectory);
  });

  it('holds a bundle of the production dependencies instead of packages', async () => {
    const bundled = new Set(
      Array.from(
        (await run('cat', 'modelapp.js')).matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm),
        ([, name]) => name,
      ),
    );
    expect(bundled).toContain('fastify');
    expect(Object.keys(packageJson.devDependencies).filter((name) => bundled.has(name))).toEqual([]);
    expect(await run('find', '/app', '-name', 'node_modules')).toBe('');
  });

  it('names the version that its tree releases', async () => {
    expect(await run('cat', 'VERSION')).toBe(readFileSync('VERSION', 'utf8').trim());
  });

  describe('run with a read-only root, one volume and a database', () => {
    let database: TestDatabase;
    let service: ServiceContainer;
    let released: string;
    let tuned: string;
    const answered = new Set<string>();

    beforeAll(async () => {
      database = await createTestDatabase({ migrated: false });
      const settings = { volume: 'service-data', databaseUrl: database.url };
      await runCommand(shipped, settings, 'migrate');
      released = await runCommand(shipped, settings, 'release');
      tuned = await runCommand(shipped, settings, 'tune', 'movies', '--folds', '2');
      service = await startService(shipped, settings);
      await service.healthy();
    });
    afterAll(() => database?.drop());

    it('has trained all models as a step of a release', () => {
      for (const model of ['iris', 'ctr', 'movies']) expect(released).toContain(`${model}: revision 1 is active`);
    });

    it('has tuned a model, and written the best parameters to its volume', () => {
      expect(tuned).toContain(`wrote ${containerDataDirectory}/best.json`);
    });

    it('trains a model anew, in a process of the container, when a client asks for it', async () => {
      const headers = { 'x-api-key': apiKeys.admin };
      const response = await fetch(`${service.url}/retrain/movies`, { method: 'POST', headers });
      expect(await response.json()).toBe('Success');
      const revisions = await fetch(`${service.url}/models/movies/revisions`, { headers });
      expect(await revisions.json()).toMatchObject({ active: 2 });
    });

    it('predicts for a client with a key', async () => {
      const response = await predict(service, apiKeys.predict);
      expect(await response.json()).toMatchObject({ result: 'setosa' });
      answered.add(predictionId(response));
    });

    it('refuses a client without one', async () => {
      const { status } = await predict(service);
      expect(status).toBe(401);
    });

    it('ends with 0 on SIGTERM, and each prediction answered until then is in the tables once', async () => {
      // GIVEN clients that ask one question after the other
      let exitCode: number | undefined;
      const clients = Array.from({ length: 8 }, async () => {
        while (exitCode === undefined) {
          const response = await predict(service, apiKeys.predict).catch(() => undefined);
          await response?.text();
          if (response?.ok) answered.add(predictionId(response));
        }
      });

      // WHEN it is stopped under their load
      exitCode = await service.terminate();
      await Promise.all(clients);

      // THEN
      expect(exitCode).toBe(0);
      expect(answered.size).toBeGreaterThan(100);
      const lost = new Set(answered);
      for (const { prediction_id, rows } of await recorded(database)) {
        expect(rows).toBe('1');
        lost.delete(prediction_id);
      }
      expect(lost).toEqual(new Set());
    });
  });

  describe('built from a configuration with an ONNX model', () => {
    const image = 'modelapp-onnx';
    let database: TestDatabase;
    let service: ServiceContainer;

    beforeAll(async () => {
      const tree = new ReleaseTree('1.0.0');
      tree.write('flowers.onnx', linearClassifier(['small', 'large'], [[-1], [1]]));
      const mapping = [{ name: 'petal_length', type: 'float' }];
      const models = { flowers: { algorithm: 'onnx', file: 'flowers.onnx', mapping } };
      tree.write('modelapp.config.ts', `export default ${JSON.stringify({ models })};\n`);
      await build(shipped.docker, image, sourceHash, tree.folder);

      database = await createTestDatabase({ migrated: false });
      const settings = { volume: 'onnx-data', databaseUrl: database.url };
      const built = { ...shipped, name: image };
      await runCommand(built, settings, 'migrate');
      await runCommand(built, settings, 'train', 'flowers');
      service = await startService(built, settings);
      await service.healthy();
    });
    afterAll(async () => {
      await service?.terminate();
      await database?.drop();
    });

    it('answers with what the file says', async () => {
      const response = await fetch(`${service.url}/v2/models/flowers/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': apiKeys.predict },
        body: JSON.stringify({ inputs: [{ name: 'x', shape: [2, 1], datatype: 'FP64', data: [-2, 2] }] }),
      });
      const likely = 1 / (1 + Math.exp(-4));
      expect(await response.json()).toMatchObject({
        outputs: [
          { name: 'predict', data: ['small', 'large'] },
          { name: 'predict_proba', data: [likely, 1 - likely, 1 - likely, likely].map((p) => expect.closeTo(p, 5)) },
        ],
      });
    });

    it('carries the runtime for Linux alone', async () => {
      const systems = await shipped.docker(
        ...['run', '--rm', '--network', 'none', '--entrypoint', 'ls', image],
        'node_modules/onnxruntime-node/bin/napi-v6',
      );
      expect(systems).toBe('linux');
    });
  });

  describe('run in the role `events` with a read-only root and a database', () => {
    let database: TestDatabase;
    let service: ServiceContainer;
    const key = 'key-of-the-shop-0123';
    const stored = new Set<string>();

    beforeAll(async () => {
      database = await createTestDatabase({ migrated: true });
      const settings = { databaseUrl: database.url, role: 'events' as const };
      // As `modelapp events` does, which tells the container no key.
      await runCommand(shipped, settings, 'app', 'new', 'shop', '--access-key', accessKeyDigest(key));
      service = await startService(shipped, settings);
      await service.healthy();
    });
    afterAll(() => database?.drop());

    const store = (accessKey = key): Promise<Response> =>
      fetch(`${service.url}/events.json?accessKey=${accessKey}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"event":"buy","entityType":"user","entityId":"ada"}',
      });

    it('stores an event for a client with a key, and gives it back', async () => {
      const response = await store();
      expect(response.status).toBe(201);
      const { eventId } = (await response.json()) as { eventId: string };
      stored.add(eventId);

      const found = await fetch(`${service.url}/events.json?accessKey=${key}`);
      expect(await found.json()).toMatchObject([{ eventId, event: 'buy', entityId: 'ada' }]);
    });

    it('refuses a client whose key is none', async () => {
      expect((await store('another')).status).toBe(401);
    });

    it('serves no prediction', async () => {
      expect((await fetch(`${service.url}/predict`)).status).toBe(404);
    });

    it('tells its metrics, and whether it is ready', async () => {
      expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
      expect(await (await fetch(`${service.url}/metrics`)).text()).toContain('modelapp_requests_total');
    });

    it('ends with 0 on SIGTERM, and each event that was acknowledged until then is stored once', async () => {
      // GIVEN clients that store one event after the other
      let exitCode: number | undefined;
      const clients = Array.from({ length: 8 }, async () => {
        while (exitCode === undefined) {
          const response = await store().catch(() => undefined);
          const body = (await response?.json().catch(() => undefined)) as { eventId: string } | undefined;
          if (response?.status === 201 && body) stored.add(body.eventId);
        }
      });

      // WHEN it is stopped under their load
      exitCode = await service.terminate();
      await Promise.all(clients);

      // THEN
      expect(exitCode).toBe(0);
      expect(stored.size).toBeGreaterThan(100);
      const { rows } = await database.pool.query<{ event_id: string }>('select event_id from events');
      const lost = new Set(stored);
      for (const { event_id } of rows) lost.delete(event_id);
      expect(lost).toEqual(new Set());
    });
  });
});

function predict({ url }: ServiceContainer, key?: string): Promise<Response> {
  const features = 'sepal_length=5.1&sepal_width=3.5&petal_length=1.4&petal_width=0.2';
  return fetch(`${url}/predict?${features}`, { headers: key === undefined ? {} : { 'x-api-key': key } });
}

const predictionId = ({ headers }: Response) => headers.get('x-prediction-id') ?? '';

async function recorded({ pool }: TestDatabase) {
  const v = underscored(parseVersion(readFileSync('VERSION', 'utf8')));
  const pairs = `${escapeIdentifier(`inputs_${v}`)} join ${escapeIdentifier(`outputs_${v}`)} using (run_id, prediction_id)`;
  const { rows } = await pool.query<{ prediction_id: string; rows: string }>(
    `select prediction_id, count(*) as rows from ${pairs} group by prediction_id`,
  );
  return rows;
}
