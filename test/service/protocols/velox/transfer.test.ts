import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVelox, type VeloxService } from './velox-service';

let service: VeloxService;

const inData = (name: string) => join(service.dataDirectory, name);
const stored = async (model: string) => {
  const { rows } = await service.database.pool.query(
    'select user_id, item, score from observations_1_0_0 where model = $1 order by user_id, item',
    [model],
  );
  return rows.map(({ user_id, item, score }) => [user_id, item, score]);
};

/** Puts a file of observations into a folder. */
function given(folder: string, lines: string, file = 'some.jsonl'): string {
  mkdirSync(inData(folder), { recursive: true });
  writeFileSync(join(inData(folder), file), lines);
  return folder;
}

beforeAll(async () => {
  service = await startVelox();
});
afterAll(() => service.stop());
beforeEach(() => service.database.pool.query('delete from observations_1_0_0'));

describe('saved observations', () => {
  beforeEach(() =>
    service.observe('movies', [
      [7, 1, 4.5],
      [7, 2, -1],
      [9, 1, 0.1],
    ]),
  );

  it('are JSON lines with user, item and score', async () => {
    expect(await service.post('/saveobservations/movies', { loc: 'saved/here' })).toEqual([200, 'success']);

    const [file] = readdirSync(inData('saved/here'));
    const lines = readFileSync(join(inData('saved/here'), file as string), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line)).sort((a, b) => a.user - b.user || a.item - b.item)).toEqual([
      { user: '7', item: '1', score: 4.5 },
      { user: '7', item: '2', score: -1 },
      { user: '9', item: '1', score: 0.1 },
    ]);
  });

  it('can be loaded into another model, by the older names of both routes and the full name of the folder too', async () => {
    expect(await service.post('/writetrainingdata/movies', { loc: inData('older') })).toEqual([200, 'success']);
    expect(await service.post('/downloadobservations/shop', { loc: 'older/' })).toEqual([200, 'success']);
    expect(await stored('shop')).toEqual(await stored('movies'));
  });

  it('take the place of what was saved there before, and of no other file', async () => {
    given('again', '{"user":1,"item":1,"score":1}\n', 'observations-000009.jsonl');
    given('again', 'mine', 'notes.txt');
    await service.post('/saveobservations/movies', { loc: 'again' });
    expect(readdirSync(inData('again')).sort()).toEqual(['notes.txt', 'observations-000001.jsonl']);
  });

  it('may be none, which loads as well', async () => {
    expect(await service.post('/saveobservations/shop', { loc: 'none' })).toEqual([200, 'success']);
    expect(await service.post('/loadobservations/shop', { loc: 'none' })).toEqual([200, 'success']);
    expect(await stored('shop')).toEqual([]);
  });
});

it('loaded observations are observed now: of a user and an item they replace the score', async () => {
  await service.observe('movies', [[7, 1, 1]]);
  given('load', '{"user":"7","item":"1","score":5}\n\n{"user":8,"item":"a b","score":-2e3,"more":1}\r\n', 'a.jsonl');
  given('load', '{"user":8,"item":"a b","score":3}', 'b.jsonl');
  expect(await service.post('/loadobservations/movies', { loc: 'load' })).toEqual([200, 'success']);
  expect(await stored('movies')).toEqual([
    ['7', '1', 5],
    ['8', 'a b', 3],
  ]);
});

describe('a file is refused as a whole', () => {
  const good = '{"user":1,"item":1,"score":1}\n';

  it.each([
    ['that has something else than JSON', `${good}user,item,score`, 'some.jsonl:2: is not JSON'],
    ['with a list', '[1,1,1]', 'some.jsonl:1: must be an object'],
    ['with null', `${good}null`, 'some.jsonl:2: must be an object'],
    ['without a user', '{"item":1,"score":1}', 'some.jsonl:1: user: must be'],
    ['with an empty item', '{"user":1,"item":"","score":1}', 'some.jsonl:1: item: must be'],
    ['with a fraction for a user', '{"user":1.5,"item":1,"score":1}', 'some.jsonl:1: user: must be'],
    ['with a text for a score', `${good}{"user":1,"item":1,"score":"1"}`, 'some.jsonl:2: score: must be'],
    ['with a score that no double holds', '{"user":1,"item":1,"score":1e999}', 'some.jsonl:1: score: must be'],
  ])('%s', async (_name, lines, message) => {
    const loc = given('bad', lines);
    const [status, answer] = await service.post('/loadobservations/movies', { loc });
    expect([status, answer]).toEqual([400, { error: expect.stringContaining(message), field: 'loc' }]);
    expect(await stored('movies')).toEqual([]);
  });

  it.each([
    ['with a character that PostgreSQL has not', '"\\u0000"', 'some.jsonl:2: user: holds U+0000'],
    ['with an id that is too long', `"${'x'.repeat(801)}"`, 'some.jsonl:2: user: is longer than 800'],
  ])('%s', async (_name, user, message) => {
    const loc = given('bad', `${good}{"user":${user},"item":1,"score":1}`);
    const [status, answer] = await service.post('/loadobservations/movies', { loc });
    expect([status, answer]).toEqual([400, { error: expect.stringContaining(message), field: 'loc' }]);
    expect(await stored('movies')).toEqual([]);
  });

  it('that is a folder', async () => {
    mkdirSync(inData('odd/some.jsonl'), { recursive: true });
    const [status, answer] = await service.post('/loadobservations/movies', { loc: 'odd' });
    expect([status, answer]).toEqual([
      400,
      { error: 'loc: some.jsonl: must be a file in the data location', field: 'loc' },
    ]);
  });

  it('that is a link to one outside the data location', async () => {
    const outside = join(tmpdir(), `modelapp-outside-${process.pid}.jsonl`);
    writeFileSync(outside, good);
    mkdirSync(inData('linked'), { recursive: true });
    symlinkSync(outside, inData('linked/some.jsonl'));
    const [status] = await service.post('/loadobservations/movies', { loc: 'linked' });
    rmSync(outside);
    expect(status).toBe(400);
    expect(await stored('movies')).toEqual([]);
  });
});

describe('a place is refused', () => {
  beforeAll(() => {
    symlinkSync(tmpdir(), inData('link'));
    writeFileSync(inData('file'), '');
  });

  it.each(['..', '../other', '/tmp', '.', 'link', 'link/more', 'file', 'file/more', 's3://bucket/key', 'hdfs://h/x'])(
    '%s, which is no folder of the data location',
    async (loc) => {
      for (const route of ['saveobservations', 'loadobservations', 'writetrainingdata', 'downloadobservations']) {
        const [status, answer] = await service.post(`/${route}/movies`, { loc });
        expect([route, status, answer]).toEqual([route, 400, { error: expect.stringMatching('^loc: '), field: 'loc' }]);
      }
    },
  );

  it.each(['models', 'models/1.0.0/movies', 'postgres', 'spool/x', 'keys.json', 'lock', '1.0.0/movies'])(
    '%s, where the service keeps what is its own',
    async (loc) => {
      expect(await service.post('/saveobservations/movies', { loc })).toEqual([
        400,
        { error: 'loc: is what the service itself keeps; name another folder', field: 'loc' },
      ]);
    },
  );

  it('where the file system lets nobody write', async () => {
    mkdirSync(inData('taken/observations-000001.jsonl/more'), { recursive: true });
    expect(await service.post('/saveobservations/movies', { loc: 'taken' })).toEqual([
      400,
      { error: expect.stringMatching(/^loc: cannot be used \([A-Z]+\)$/), field: 'loc' },
    ]);
  });

  it('that holds no observations', async () => {
    expect(await service.post('/loadobservations/movies', { loc: 'nowhere' })).toEqual([
      400,
      { error: 'loc: there are no files of observations', field: 'loc' },
    ]);
  });

  it.each([{}, { loc: '' }, { loc: 7 }])('that is no text: %j', async (body) => {
    const [status, answer] = await service.post('/saveobservations/movies', body);
    expect([status, answer]).toEqual([400, { error: expect.stringMatching('^loc: '), field: 'loc' }]);
  });

  it('of a model that nobody knows, or that observes nothing', async () => {
    expect((await service.post('/saveobservations/rose', { loc: 'x' }))[0]).toBe(404);
    expect((await service.post('/loadobservations/iris', { loc: 'x' }))[0]).toBe(400);
  });
});
