import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestService, type TestService } from '../../../support/service';
import { fileAnswering } from '../../models/iris';

let service: TestService;
/** A folder that the service does not own. */
let elsewhere: string;

const importFile = (payload: object, model = 'iris') =>
  service.server.inject({ method: 'POST', url: `/models/${model}/revisions`, payload });
const inData = (name: string) => join(service.dataDirectory, name);

beforeAll(async () => {
  service = await startTestService();
  elsewhere = mkdtempSync(join(tmpdir(), 'modelapp-elsewhere-'));
  mkdirSync(inData('imports'));
  const { rows } = await service.database.pool.query('select location from revisions_1_0_0');
  copyFileSync(join(inData('models'), rows[0]?.location), inData('imports/iris.model'));
  copyFileSync(inData('imports/iris.model'), join(elsewhere, 'iris.model'));
});
afterAll(async () => {
  await service?.stop();
  rmSync(elsewhere, { recursive: true });
});

it('an imported file becomes a revision without scores that serves', async () => {
  const response = await importFile({ source: 'imports/iris.model' });
  await service.context.models.refresh();

  const { active, revisions } = (await service.server.inject('/models/iris/revisions')).json();
  expect([response.statusCode, response.json()]).toEqual([201, { revision: active }]);
  expect(revisions.at(-1)).toMatchObject({ origin: 'import', scores: null });
  expect(service.context.models.get('iris')?.active?.revision).toBe(active);
});

it('an imported file does not serve if it is not to', async () => {
  const { active } = (await service.server.inject('/models/iris/revisions')).json();
  const { revision } = (await importFile({ source: inData('imports/iris.model'), activate: false })).json();

  expect((await service.server.inject('/models/iris/revisions')).json().active).toBe(active);
  expect(revision).toBeGreaterThan(active);
});

describe('an import is refused', () => {
  it.each<[string, () => object, string | RegExp]>([
    ['outside the data location', () => ({ source: '../iris.model' }), 'source: must be a file in the data location'],
    ['elsewhere', () => ({ source: join(elsewhere, 'iris.model') }), 'source: must be a file in the data location'],
    ['of the location itself', () => ({ source: '.' }), 'source: must be a file in the data location'],
    ['of a file that is not there', () => ({ source: 'x' }), 'source: there is no such file in the data location'],
    ['of a folder', () => ({ source: 'imports' }), 'source: must be a file in the data location'],
    ['without a source', () => ({}), 'source: is required'],
    ['of a source that is no text', () => ({ source: 1 }), /^source: /],
    ['with a word for a boolean', () => ({ source: 'imports/iris.model', activate: 'yes' }), /^activate: /],
    [
      'of the items of another kind of model',
      () => ({ numFeatures: 2, itemFeatures: {} }),
      /^numFeatures: 'iris' is no user-item model/,
    ],
  ])('%s', async (_name, body, error) => {
    const response = await importFile(body());
    expect([response.statusCode, response.json().error]).toEqual([
      400,
      typeof error === 'string' ? error : expect.stringMatching(error),
    ]);
  });

  it('of a damaged file', async () => {
    const bytes = readFileSync(inData('imports/iris.model'));
    bytes[bytes.length - 1] = 1 + (bytes.at(-1) as number);
    writeFileSync(inData('imports/damaged.model'), bytes);

    const response = await importFile({ source: 'imports/damaged.model' });
    expect([response.statusCode, response.json().error]).toEqual([
      400,
      'source: the model file is damaged: its checksum is wrong',
    ]);
  });

  it('of a model for other features', async () => {
    writeFileSync(inData('imports/other.model'), fileAnswering('setosa'));

    const response = await importFile({ source: 'imports/other.model' });
    expect([response.statusCode, response.json().error]).toEqual([
      400,
      'source: was trained by another algorithm or for other features than models.iris has',
    ]);
  });

  it('for an unknown model', async () => {
    expect((await importFile({ source: 'imports/iris.model' }, 'rose')).statusCode).toBe(404);
  });
});
