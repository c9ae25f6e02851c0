import { startVelox, type VeloxService } from '../velox/velox-service';

let service: VeloxService;

const importItems = (body: object, model = 'movies') => service.post(`/models/${model}/revisions`, body);
const score = async (uid: number, context: number) => {
  await service.context.models.refresh();
  return (await service.post('/predict/movies', { uid, context }))[1];
};

beforeAll(async () => {
  service = await startVelox();
});
afterAll(() => service.stop());

it('imported items become a revision that serves; unless it is told, the average user has all weights 1', async () => {
  const [status, answer] = await importItems({ numFeatures: 3, itemFeatures: { 5: [1, 2, 4], 40: [-1, 0, 0.5] } });
  const { active, revisions } = (await service.server.inject('/models/movies/revisions')).json();

  expect([status, answer]).toEqual([201, { revision: active }]);
  expect(revisions.at(-1)).toMatchObject({ origin: 'import', scores: null });
  expect([await score(1, 5), await score(1, 40)]).toEqual([7, -0.5]);
});

it('the average user may come with the items, and another number of features than before', async () => {
  await importItems({ numFeatures: 1, itemFeatures: { 5: [2] }, averageUser: [-3] });
  expect(await score(1, 5)).toBe(-6);
});

it('items that are not to serve do not', async () => {
  const before = await score(1, 5);
  const [status] = await importItems({ numFeatures: 1, itemFeatures: { 5: [100] }, activate: false });
  expect([status, await score(1, 5)]).toEqual([201, before]);
});

describe('an import of items is refused', () => {
  const whole = { numFeatures: 2, itemFeatures: { 5: [1, 2] } };

  it.each<[string, object, string]>([
    ['without the number of features', { itemFeatures: {} }, 'numFeatures'],
    ['without items', { numFeatures: 2 }, 'itemFeatures'],
    ['without features', { ...whole, numFeatures: 0 }, 'numFeatures'],
    ['with a fraction of a feature', { ...whole, numFeatures: 1.5 }, 'numFeatures'],
    ['with a list of items', { ...whole, itemFeatures: [[1, 2]] }, 'itemFeatures'],
    ['with an item too short', { ...whole, itemFeatures: { 5: [1, 2], 6: [1] } }, 'itemFeatures.6'],
    ['with an item too long', { ...whole, itemFeatures: { a: [1, 2, 3] } }, 'itemFeatures.a'],
    ['with a number for an item', { ...whole, itemFeatures: { a: 1 } }, 'itemFeatures.a'],
    ['with a text for a feature', { ...whole, itemFeatures: { a: [1, '2'] } }, 'itemFeatures.a[1]'],
    ['with null for a feature', { ...whole, itemFeatures: { a: [null, 2] } }, 'itemFeatures.a[0]'],
    ['with a feature whose square is no number', { ...whole, itemFeatures: { a: [1, -1e200] } }, 'itemFeatures.a[1]'],
    ['with an item that has no name', { ...whole, itemFeatures: { '': [1, 2] } }, 'itemFeatures'],
    ['with an average user too short', { ...whole, averageUser: [1] }, 'averageUser'],
    ['with an average user that is no list', { ...whole, averageUser: { 0: 1 } }, 'averageUser'],
    ['with a file beside the items', { ...whole, source: 'movies.model' }, 'source'],
  ])('%s', async (_name, body, field) => {
    const [status, answer] = await importItems(body);
    expect([status, answer]).toEqual([400, { error: expect.any(String), field }]);
    expect((answer as { error: string }).error.startsWith(`${field}: `)).toBe(true);
  });

  it('with a number that no double holds', async () => {
    const { statusCode, payload } = await service.server.inject({
      method: 'POST',
      url: '/models/movies/revisions',
      headers: { 'content-type': 'application/json' },
      payload: '{"numFeatures":1,"itemFeatures":{"5":[1e999]}}',
    });
    expect([statusCode, JSON.parse(payload).field]).toEqual([400, 'itemFeatures.5[0]']);
  });

  it('for a model that nobody knows', async () => {
    expect((await importItems(whole, 'rose'))[0]).toBe(404);
  });
});
