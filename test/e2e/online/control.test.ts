import { buildVariant, type Variant } from '../support/variant';
import { auditObservations, faultless } from './support/audit';
import { FilmLovers } from './support/film-lovers';
import { Instances } from './support/instances';

// Generous, as for all tests: it starts the product several times.
jest.setTimeout(300_000);

describe('The audit of observations', () => {
  let variant: Variant;
  let instances: Instances;

  beforeAll(async () => {
    variant = await buildVariant('service/database/commit/group-commit.ts', 'acknowledges-early');
    instances = await Instances.start(variant.program);
  });
  afterAll(async () => {
    await instances?.remove();
    variant?.remove();
  });

  it('finds the losses of a product that answers before it stores', async () => {
    const { scores } = await FilmLovers.during(instances.urls, 1, async (load) => {
      await load.untilObserved(30);
      for (const { place } of instances.all) await place.kill();
    });
    const { lost, ...others } = await auditObservations(instances.pool, scores);
    expect(lost).not.toEqual([]);
    expect({ lost: [], ...others }).toEqual(faultless);
  });
});
