import { startVelox, type VeloxService } from './velox-service';

let service: VeloxService;

// Nobody lets users learn here: what they know of an observation they know by the activation.
beforeEach(async () => {
  service = await startVelox({
    palladium: { services: [{ model: 'movies', entryPoint: '/predict' }] },
    pio: { model: 'movies' },
  });
  await service.importItems({ 5: [1, 0] });
  await service.observe('movies', [[7, 5, 6]]);
});
afterEach(() => service.stop());

/** For λ k = 2 and the one observation of 6: w = 6 f / (f² + 2). */
const learnt = (feature: number): number => (6 * feature ** 2) / (feature ** 2 + 2);

async function score(): Promise<unknown> {
  await service.context.models.refresh();
  return (await service.post('/predict/movies', { uid: 7, context: 5 }))[1];
}

const importInactive = async (feature: number) => {
  const body = { numFeatures: 2, itemFeatures: { 5: [feature, 0] }, activate: false };
  expect((await service.post('/models/movies/revisions', body))[0]).toBe(201);
};

it('an import that serves knows what was observed', async () => {
  await service.importItems({ 5: [2, 0] });
  expect(await score()).toBeCloseTo(learnt(2), 9);
});

it.each([
  ['/models/movies/revisions/2/activate', undefined],
  ['/activate', { model_version: 2 }],
])('%s lets a revision serve that knows what was observed', async (url, body) => {
  await importInactive(3);
  expect((await service.post(url, body))[0]).toBe(200);
  expect(await score()).toBeCloseTo(learnt(3), 9);
});

it('/reload lets a revision serve that knows what was observed', async () => {
  await importInactive(3);
  expect((await service.server.inject({ method: 'POST', url: '/reload' })).statusCode).toBe(200);
  expect(await score()).toBeCloseTo(learnt(3), 9);
});

it('a rollback lets a revision serve that knows what was observed since, though it has been in memory', async () => {
  await service.importItems({ 5: [2, 0] });
  await service.observe('movies', [[7, 5, 3]]);

  expect((await service.post('/models/movies/rollback'))[0]).toBe(200);

  expect(await score()).toBeCloseTo(learnt(1) / 2, 9);
});
