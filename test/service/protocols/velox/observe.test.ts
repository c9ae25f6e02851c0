import { startVelox, type VeloxService } from './velox-service';

let service: VeloxService;

const stored = async () => {
  const { rows } = await service.database.pool.query(
    'select model, user_id, item, score from observations_1_0_0 order by model, user_id, item',
  );
  return rows.map(({ model, user_id, item, score }) => [model, user_id, item, score]);
};

beforeAll(async () => {
  service = await startVelox();
});
afterAll(() => service.stop());
beforeEach(() => service.database.pool.query('delete from observations_1_0_0'));

it('an observation is stored when it is answered; the user 7 and the user "7" are one', async () => {
  await service.observe('movies', [[7, 1, 4.5]]);
  expect(await service.post('/observe/movies', { uid: '7', context: '+02', score: '-1e-3' })).toEqual([
    200,
    'Successfully added observation',
  ]);
  expect(await stored()).toEqual([
    ['movies', '7', '1', 4.5],
    ['movies', '7', '2', -0.001],
  ]);
});

it('of a user and an item the last score counts, and models have their own', async () => {
  await service.observe('movies', [
    [7, 1, 4],
    [7, 1, 2],
  ]);
  await service.observe('shop', [[7, 1, 9]]);
  expect(await stored()).toEqual([
    ['movies', '7', '1', 2],
    ['shop', '7', '1', 9],
  ]);
});

describe('an observation is refused, and nothing is stored,', () => {
  it.each<[string, string, string]>([
    ['without a user', '{"context":1,"score":1}', 'uid'],
    ['without an item', '{"uid":1,"score":1}', 'context'],
    ['without a score', '{"uid":1,"context":1}', 'score'],
    ['with a word for a score', '{"uid":1,"context":1,"score":"good"}', 'score'],
    ['with the text of infinity', '{"uid":1,"context":1,"score":"inf"}', 'score'],
    ['with a score that no double holds', '{"uid":1,"context":1,"score":1e999}', 'score'],
    ['with such a score as text', '{"uid":1,"context":1,"score":"1e999"}', 'score'],
    ['with null for a score', '{"uid":1,"context":1,"score":null}', 'score'],
    ['with a boolean for a score', '{"uid":1,"context":1,"score":true}', 'score'],
    ['with a word for a user', '{"uid":"ada","context":1,"score":1}', 'uid'],
  ])('%s', async (_name, payload, field) => {
    const { statusCode, payload: answer } = await service.server.inject({
      method: 'POST',
      url: '/observe/movies',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expect([statusCode, JSON.parse(answer)]).toEqual([400, { error: expect.stringMatching(`^${field}: `), field }]);
    expect(await stored()).toEqual([]);
  });

  it('for a model that nobody knows, and for one that learns no users', async () => {
    const body = { uid: 1, context: 1, score: 1 };
    expect((await service.post('/observe/rose', body))[0]).toBe(404);
    expect((await service.post('/observe/iris', body))[0]).toBe(400);
    expect(await stored()).toEqual([]);
  });
});

it('online updates may be disabled and enabled, also repeatedly', async () => {
  const enabled = async () =>
    (await service.database.pool.query(`select enabled from online_updates_1_0_0 where model = 'movies'`)).rows;
  for (const _ of [1, 2]) {
    expect(await service.post('/disableonlineupdates/movies')).toEqual([200, 'success']);
    expect(await enabled()).toEqual([{ enabled: false }]);
  }
  for (const _ of [1, 2]) {
    expect(await service.post('/enableonlineupdates/movies')).toEqual([200, 'success']);
    expect(await enabled()).toEqual([{ enabled: true }]);
  }
});

it.each(['disable', 'enable'])('%sonlineupdates is for recommenders, and by POST alone', async (change) => {
  expect((await service.post(`/${change}onlineupdates/rose`))[0]).toBe(404);
  expect((await service.post(`/${change}onlineupdates/iris`))[0]).toBe(400);
  expect((await service.server.inject(`/${change}onlineupdates/movies`)).statusCode).toBe(405);
});
