import shippedConfig from '../../../modelapp.config';
import { keyDigest } from '../../../service/auth/api-key';
import { startTestService, type TestService } from '../../support/service';
import { cosine, type Item, shopConfig, shopModel } from './pio/given-shop';

const iris = shippedConfig.models.iris!;

/** A recommender and a classifier, asked by the shapes of queries. */
let service: TestService;

beforeAll(async () => {
  service = await startTestService({ config: { models: { iris, shop: shopConfig } }, answering: { shop: shopModel } });
});
afterAll(() => service?.stop());

const ask = (query: unknown, headers: Record<string, string> = {}, { server } = service) =>
  server.inject({
    method: 'POST',
    url: '/queries.json',
    payload: typeof query === 'string' ? query : JSON.stringify(query),
    headers,
  });

/** What a correct query is answered. */
async function answerTo(query: unknown): Promise<unknown> {
  const response = await ask(query);
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  return response.json();
}

/** The status and the message of a faulty one. */
async function faultOf(query: unknown): Promise<{ status: number; message: string }> {
  const response = await ask(query);
  expect(Object.keys(response.json())).toEqual(['message']);
  return { status: response.statusCode, message: response.json().message };
}

describe('a recommendation', () => {
  it('is the best items for the user, best first, ties by id', async () => {
    expect(await answerTo({ user: 'ada', num: 3 })).toEqual({
      itemScores: [
        { item: 'apple', score: 1 },
        { item: 'bread', score: 0.5 },
        { item: 'egg', score: 0.25 },
      ],
    });
  });

  it.each([
    ['a number as user, which is its text', { user: 7, num: 1 }, ['apple']],
    ['the number of items as text', { user: 'ada', num: '2' }, ['apple', 'bread']],
    ['more items than there are', { user: 'ada', num: 99 }, ['apple', 'bread', 'egg', 'cheese', 'date']],
    ['no items', { user: 'ada', num: 0 }, []],
    ['a user that training did not meet', { user: 'eve', num: 4 }, []],
    ['items to leave out', { user: 'ada', num: 2, blackList: ['apple', 5] }, ['bread', 'egg']],
    ['null for what is left out', { user: 'ada', num: 1, blackList: null }, ['apple']],
    ['unknown fields', { user: 'ada', num: 1, creationYear: 1999, whiteList: ['egg'] }, ['apple']],
  ])('takes %s', async (_what, query, items) => {
    const { itemScores } = (await answerTo(query)) as { itemScores: { item: string }[] };
    expect(itemScores.map(({ item }) => item)).toEqual(items);
  });
});

describe('similar products', () => {
  it('have the largest sum of cosines with the items of the query, each of which counts once', async () => {
    const score = (item: Item) => cosine(item, 'bread') + cosine(item, 'cheese');
    const { itemScores } = (await answerTo({ items: ['bread', 'cheese', 'bread', 'nothing'], num: 9 })) as {
      itemScores: { item: Item; score: number }[];
    };
    expect(itemScores.map(({ item }) => item)).toEqual(['egg', 'apple']);
    for (const { item, score: given } of itemScores) expect(given).toBeCloseTo(score(item), 12);
  });

  it.each([
    ['items that training did not meet', { items: ['nothing', 5], num: 3 }, []],
    ['no items', { items: [], num: 3 }, []],
    ['items to choose from', { items: ['bread'], num: 3, whiteList: ['apple', 'date'] }, ['apple']],
    ['items to leave out', { items: ['bread'], num: 3, blackList: ['egg'] }, ['apple', 'cheese']],
    ['a category, of which no item has any', { items: ['bread'], num: 3, categories: ['food'] }, []],
    ['a category to leave out', { items: ['bread'], num: 1, categoryBlackList: ['food'] }, ['egg']],
  ])('take %s', async (_what, query, items) => {
    const { itemScores } = (await answerTo(query)) as { itemScores: { item: string }[] };
    expect(itemScores.map(({ item }) => item)).toEqual(items);
  });
});

describe('a classification', () => {
  it('is the label for a number per attribute, aliases among them', async () => {
    const flower = { sepal_length: 5.1, sepal_width: 3.5, pental_length: 1.4, petal_width: 0.2 };
    expect(await answerTo(flower)).toEqual({ label: 'setosa' });
  });

  it('names the revision of the model that was asked', async () => {
    const response = await ask({ sepal_length: 6.7, sepal_width: 3, petal_length: 5.2, petal_width: 2.3 });
    expect(response.headers).toMatchObject({
      'x-modelapp-revision': '1',
      'x-prediction-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});

describe('a faulty query', () => {
  const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

  it.each([
    ['nothing that tells what it asks', { num: 4 }, 'sepal_length'],
    ['a user that is a list', { user: ['ada'], num: 4 }, 'user'],
    ['a user that is null', { user: null, num: 4 }, 'user'],
    ['a user that is a fraction', { user: 1.5, num: 4 }, 'user'],
    ['a user beyond the whole numbers of JSON', '{"user": 9007199254740993, "num": 4}', 'user'],
    ['a user that is too long for the log', { user: 'u'.repeat(801), num: 4 }, 'user'],
    ['no number of items', { user: 'ada' }, 'num'],
    ['a number of items below 0', { user: 'ada', num: -1 }, 'num'],
    ['a number of items that is a fraction', { user: 'ada', num: 1.5 }, 'num'],
    ['a number of items that is no number', { user: 'ada', num: 'many' }, 'num'],
    ['a number of items that is true', { user: 'ada', num: true }, 'num'],
    ['a list of items to leave out that is a text', { user: 'ada', num: 1, blackList: 'apple' }, 'blackList'],
    ['an item to leave out that is an object', { user: 'ada', num: 1, blackList: ['a', {}] }, 'blackList[1]'],
    ['items that are no list', { items: 'bread', num: 4 }, 'items'],
    ['an item that is null', { items: ['bread', null], num: 4 }, 'items[1]'],
    ['similar products without their number', { items: ['bread'] }, 'num'],
    ['categories that are no list', { items: ['bread'], num: 1, categories: 5 }, 'categories'],
    ['an attribute that is missing', { ...flower, petal_width: undefined }, 'petal_width'],
    ['an attribute in quotes', { ...flower, sepal_width: '3.5' }, 'sepal_width'],
    ['an attribute that is null', { ...flower, sepal_width: null }, 'sepal_width'],
    ['a prId that is an object', { user: 'ada', num: 1, prId: {} }, 'prId'],
    ['a prId that is too long for an event', { user: 'ada', num: 1, prId: 'p'.repeat(1025) }, 'prId'],
  ])('with %s is 400 and its message names the field', async (_what, query, field) => {
    const { status, message } = await faultOf(query);
    expect([status, message.split(':')[0]]).toEqual([400, field]);
  });

  it.each([
    ['empty', ''],
    ['no JSON', '{"user": "ada",'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"ada"'],
    ['nested too deeply', `{"user":"ada","num":1,"x":${'['.repeat(101)}${']'.repeat(101)}}`],
  ])('that is %s is 400', async (_what, query) => {
    expect((await faultOf(query)).status).toBe(400);
  });

  it('that is not UTF-8 is 400', async () => {
    const { statusCode } = await service.server.inject({
      method: 'POST',
      url: '/queries.json',
      payload: Buffer.from([0x22, 0xff, 0x22]),
    });
    expect(statusCode).toBe(400);
  });

  it('is not logged', async () => {
    await ask({ user: 'nobody was asked' });
    await service.context.instance.ship();
    const { rowCount } = await service.database.pool.query(
      `select from inputs_1_0_0 where features ->> 'user' = 'nobody was asked'`,
    );
    expect(rowCount).toBe(0);
  });

  it('that is too large is 413', async () => {
    expect((await faultOf({ user: 'ada', num: 1, x: ' '.repeat(8 * 1024 ** 2) })).status).toBe(413);
  });
});

it.each(['GET', 'HEAD', 'PUT', 'DELETE'] as const)('%s is refused with the method that is allowed', async (method) => {
  const response = await service.server.inject({ method, url: '/queries.json' });
  expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
});

it.each([
  undefined,
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'nonsense',
  'a/b; charset=x',
])('the content type %s is taken', async (type) => {
  const response = await fetch(`${service.url}/queries.json`, {
    method: 'POST',
    body: Buffer.from('{"user":"ada","num":1}'),
    headers: type === undefined ? {} : { 'content-type': type },
  });
  expect([response.status, await response.json()]).toEqual([200, { itemScores: [{ item: 'apple', score: 1 }] }]);
});

it('a query and its answer are one row of the prediction log', async () => {
  const query = { user: 'ben', num: '1', extra: { of: ['any', 'kind'] } };
  const { headers } = await ask(query);
  await service.context.instance.ship();
  const { rows } = await service.database.pool.query(
    `select i.protocol, i.model, i.revision, i.features, i.unit, o.output
     from inputs_1_0_0 i join outputs_1_0_0 o using (run_id) where i.prediction_id = $1`,
    [headers['x-prediction-id']],
  );
  expect(rows).toEqual([
    {
      protocol: 'pio',
      model: 'shop',
      revision: 1,
      features: query,
      unit: 'user:ben',
      output: '{"itemScores":[{"item":"cheese","score":1}]}',
    },
  ]);
});

it('queries are counted under their protocol', async () => {
  await ask({ user: 'ada', num: 1 });
  expect(await service.context.metrics.registry.metrics()).toMatch(
    /modelapp_predictions_total\{model="shop",version="1.0.0",revision="1",protocol="pio"\} \d/,
  );
});

it('the documentation has a query of each template that can be asked, and each is answered', async () => {
  const document = (await service.server.inject('/docs/json')).json();
  const { examples } = document.paths['/queries.json'].post.requestBody.content['application/json'];
  const queries = Object.values(examples as Record<string, { value: unknown }>).map(({ value }) => value);
  const answers = await Promise.all(queries.map((query) => ask(query)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(answers.map((answer) => Object.keys(answer.json())[0])).toEqual(['itemScores', 'itemScores', 'label']);
});

it('a service without a model that queries could ask has no queries', async () => {
  const texts = { algorithm: 'naive', mode: 'user-item', source: { csv: 'a.csv' }, target: 'topic' } as const;
  const other = await startTestService({ config: { models: { texts } }, trained: false });
  expect((await ask({ user: 'ada', num: 1 }, {}, other)).statusCode).toBe(404);
  await other.stop();
});

describe('a service that needs credentials', () => {
  let guarded: TestService;
  beforeAll(async () => {
    const apiKeys = [{ name: 'shop', sha256: keyDigest('predict-key'), scopes: ['predict' as const] }];
    guarded = await startTestService({
      config: { models: { shop: shopConfig }, auth: { predict: 'required', admin: 'required', apiKeys } },
      answering: { shop: shopModel },
    });
  });
  afterAll(() => guarded?.stop());

  it.each([
    ['none', {}, 401],
    ['a wrong key', { 'x-api-key': 'another' }, 401],
    ['a key', { 'x-api-key': 'predict-key' }, 200],
  ])('answers a query with %s', async (_what, headers, status) => {
    const response = await ask({ user: 'ada', num: 1 }, headers as Record<string, string>, guarded);
    expect(response.statusCode).toBe(status);
    if (status === 401) expect(Object.keys(response.json())).toEqual(['message']);
  });
});
