import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  claimSpool,
  releaseClaim,
  renewClaim,
  silenceMs,
  takeIfAbandoned,
} from '../../../../service/predictions/spool/owner';
import { temporaryDirectory } from '../../../support/prediction-records';

let spool: string;
const owner = () => join(spool, 'owner');

beforeEach(() => {
  spool = temporaryDirectory();
  claimSpool(spool);
});

afterEach(() => rmSync(spool, { recursive: true, force: true }));

/** Rewrites the claim as another process would have made it, last seen some time ago. */
function claimedBy(differences: Record<string, unknown>, silence = 0): void {
  writeFileSync(owner(), JSON.stringify({ ...JSON.parse(readFileSync(owner(), 'utf8')), ...differences }));
  const then = new Date(Date.now() - silence);
  utimesSync(owner(), then, then);
}

describe('A spool', () => {
  test('is not abandoned while its writer runs, however long it was silent', async () => {
    claimedBy({}, 10 * silenceMs);

    expect(await takeIfAbandoned(spool)).toBe(false);
  });

  test('is abandoned once its writer gave it free', async () => {
    releaseClaim(spool);

    expect(await takeIfAbandoned(spool)).toBe(true);
  });

  test('is abandoned if another process has the id of its writer', async () => {
    claimedBy({ startTime: '1' });

    expect(await takeIfAbandoned(spool)).toBe(true);
  });

  test('is abandoned if no process has the id of its writer', async () => {
    claimedBy({ pid: 2 ** 30 });

    expect(await takeIfAbandoned(spool)).toBe(true);
  });

  test.each([
    [0, false],
    [2 * silenceMs, true],
  ])('of a writer in another container that was silent for %i ms is abandoned: %p', async (silence, abandoned) => {
    claimedBy({ place: 'elsewhere', pid: 2 ** 30 }, silence);

    expect(await takeIfAbandoned(spool)).toBe(abandoned);
  });

  test('that was taken from its writer says so when the writer wakes up', async () => {
    claimedBy({ place: 'elsewhere' }, 2 * silenceMs);
    await takeIfAbandoned(spool);

    expect(renewClaim(spool)).toBe(false);
    expect(existsSync(owner())).toBe(false);
  });

  test('stays with a writer that renews its claim', async () => {
    claimedBy({ place: 'elsewhere' }, 2 * silenceMs);
    renewClaim(spool);

    expect(await takeIfAbandoned(spool)).toBe(false);
  });
});
