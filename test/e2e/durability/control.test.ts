import { createTestDatabase } from '../../support/postgres/database';
import { audit, type Findings, faultless } from '../support/audit';
import { killUnderLoad, type Victim } from '../support/killing';
import { Place } from '../support/place';
import { stablePort } from '../support/product';
import { buildVariant } from '../support/variant';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

/** What the audit finds about a product with a fault after some kills under load. */
async function findingsAbout(original: string, replacement: string, victims: readonly Victim[]): Promise<Findings> {
  const variant = await buildVariant(original, replacement);
  const place = new Place();
  const database = await createTestDatabase({ migrated: false });
  try {
    const product = { place, program: variant.program, port: await stablePort(), database: database.url };
    const answers = await killUnderLoad({ product, victims, seed: 2 });
    return await audit(database.pool, answers, [place.data]);
  } finally {
    await place.remove();
    await database.drop();
    variant.remove();
  }
}

describe('The audit of a service that is killed under load', () => {
  it('finds the losses of a product that answers before it writes to the spool', async () => {
    const victims = ['everything', 'everything'] as const;
    const findings = await findingsAbout('service/predictions/log.ts', 'answers-early', victims);
    expect(findings.missing).not.toEqual([]);
    expect(findings).toEqual({ ...faultless, missing: findings.missing });
  });

  it('finds the repetitions of a product that does not record how far it has shipped', async () => {
    const victims = ['supervisor', 'supervisor'] as const;
    const findings = await findingsAbout('service/predictions/shipping/shipment.ts', 'forgets-position', victims);
    expect([...findings.repeated, ...findings.setAside]).not.toEqual([]);
    expect(findings.missing).toEqual([]);
  });
});
