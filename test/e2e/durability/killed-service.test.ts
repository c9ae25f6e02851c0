import { join } from 'node:path';
import { Pool } from 'pg';
import { startEmbeddedPostgres } from '../../../service/database/embedded';
import { audit, faultless } from '../support/audit';
import { killUnderLoad, type Victim } from '../support/killing';
import { Place } from '../support/place';
import { stablePort } from '../support/product';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

const times = (count: number, victim: Victim): readonly Victim[] => Array.from({ length: count }, () => victim);

describe('A service under load on all protocols that is killed at random moments', () => {
  const place = new Place();
  afterAll(() => place.remove());

  it('records every prediction that was answered exactly once, and none in part', async () => {
    // GIVEN
    const victims = [...times(12, 'request process'), ...times(5, 'supervisor'), ...times(5, 'everything')];
    // WHEN
    const answers = await killUnderLoad({ product: { place, port: await stablePort() }, victims, seed: 1 });
    // THEN
    const { url } = await startEmbeddedPostgres(join(place.data, 'postgres'));
    const pool = new Pool({ connectionString: url });
    const findings = await audit(pool, answers, [place.data]);
    await pool.end();
    expect(answers.length).toBeGreaterThan(victims.length * 50);
    expect(findings).toEqual(faultless);
  });
});
