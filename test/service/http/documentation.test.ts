import { startTestService, type TestService } from '../../support/service';

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { example?: unknown }>> }>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, { example?: unknown }>> };
}

let service: TestService;
let operations: ReadonlyMap<string, Operation>;

beforeAll(async () => {
  service = await startTestService();
  const { paths } = (await service.server.inject('/docs/json')).json();
  operations = new Map(
    Object.entries<Readonly<Record<string, Operation>>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
});
afterAll(() => service.stop());

describe('/docs/json', () => {
  it('is OpenAPI 3.1 with the version of the models', async () => {
    const response = await service.server.inject('/docs/json');
    expect(response.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'modelapp 1.0.0', version: '1.0.0' } });
  });

  it.each([
    'POST /run/',
    'GET /output/{id}/',
    'GET /predict',
    'POST /predict',
    'GET /list',
    'POST /fit',
    'POST /v2/models/{model}/infer',
    'POST /v2/models/{model}/versions/{revision}/infer',
    'POST /invocations',
    'POST /feedback',
    'GET /readyz',
    'GET /metrics',
    'POST /models/{model}/revisions',
    'DELETE /models/{model}/revisions/{revision}',
    'GET /jobs/{id}',
  ])('describes %s', (name) => {
    expect(operations.get(name)).toMatchObject({ summary: expect.stringMatching(/\w/), tags: [expect.any(String)] });
  });

  it('has a summary, a tag and an answer for every route', () => {
    const poor = [...operations].filter(
      ([, { summary, tags, responses }]) =>
        !summary || tags?.length !== 1 || !Object.keys(responses)[0]?.startsWith('2'),
    );
    expect(poor.map(([name]) => name)).toEqual([]);
  });

  it('shows errors as the protocol sends them', () => {
    const example = (name: string, status: number) =>
      operations.get(name)?.responses[status]?.content?.['application/json']?.example;

    expect(example('POST /v2/models/{model}/infer', 404)).toEqual({ error: expect.any(String) });
    expect(example('POST /invocations', 503)).toEqual({
      error_code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.any(String),
    });
    expect(example('POST /predict', 400)).toMatchObject({ metadata: { status: 'ERROR', error_code: -1 } });
  });

  it('asks for a credential on all but open routes', () => {
    expect(operations.get('GET /healthz')?.security).toEqual([]);
    expect(operations.get('POST /run/')?.security).toEqual([{ ApiKey: [] }]);
  });

  it.each([
    ['POST /v2/models/{model}/infer', '/v2/models/iris/infer', 'application/json'],
    ['POST /invocations', '/invocations', 'application/json'],
    ['POST /invocations', '/invocations', 'text/csv'],
  ])('has an example of %s that works', async (name, url, type) => {
    const example = operations.get(name)?.requestBody?.content[type]?.example;
    const headers = { 'content-type': type };
    const response = await service.server.inject({ method: 'POST', url, headers, payload: example as string });
    expect(response.statusCode).toBe(200);
  });
});

describe('/docs', () => {
  it.each(['/docs', '/docs/'])('is a page at %s that loads nothing from elsewhere', async (url) => {
    const response = await service.server.inject(url);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(response.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(response.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it.each(['swagger-ui-bundle.js', 'swagger-ui.css', 'swagger-initializer.js'])('has its file %s', async (file) => {
    expect((await service.server.inject(`/docs/static/${file}`)).statusCode).toBe(200);
  });

  it('has a HEAD', async () => {
    expect((await service.server.inject({ method: 'HEAD', url: '/docs' })).statusCode).toBe(200);
  });
});
