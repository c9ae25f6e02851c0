import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transaction } from '../../../service/database/transaction';
import { LeaseLostError, RevisionConflictError, UnknownRevisionError } from '../../../service/models/errors';
import { givenRegistry } from './given-registry';
import { fileAnswering, irisRevision } from './iris';

const given = givenRegistry();
const { publish } = given;

const numbers = async (): Promise<number[]> =>
  (await given.registry.list('iris')).revisions.map(({ revision }) => revision);

const files = async (): Promise<string[]> => (await given.store.list('1.0.0/iris')).map(({ key }) => key).sort();

describe('publishing', () => {
  test('counts revisions from 1 and shows what is known of them', async () => {
    await publish();

    const { active, revisions } = await given.registry.list('iris');

    expect(active).toBe(1);
    expect(revisions).toEqual([
      {
        metrics: null,
        model: 'iris',
        revision: 1,
        createdAt: expect.any(Date),
        origin: 'train',
        scores: { train: 0.99, test: 0.95 },
        rolledBack: false,
        location: expect.stringMatching(/^1\.0\.0\/iris\/1-[0-9a-f]{16}\.model$/),
        sha256: createHash('sha256').update(fileAnswering('setosa')).digest('hex'),
      },
    ]);
  });

  test('keeps the scores of an import unknown', async () => {
    await publish({ ...irisRevision('setosa'), origin: 'import', scores: null });

    expect((await given.registry.list('iris')).revisions[0]?.scores).toBeNull();
  });

  test('activates only if asked to', async () => {
    await publish();
    await publish(irisRevision('virginica', false));

    expect((await given.registry.list('iris')).active).toBe(1);
  });

  test('gives different numbers to publishers at the same time', async () => {
    const published = await Promise.all([publish(), publish(), publish(), publish()]);

    expect(published.sort()).toEqual([1, 2, 3, 4]);
    expect(await numbers()).toEqual([1, 2, 3, 4]);
  });

  test('leaves no row if the transaction fails, and the number is free again', async () => {
    const failing = transaction(given.database.pool, async (client) => {
      await given.registry.publish(client, irisRevision('setosa'));
      throw new Error('power cut');
    });
    await expect(failing).rejects.toThrow('power cut');

    expect(await numbers()).toEqual([]);
    expect(await publish()).toBe(1);
  });

  test('is refused without the current number of the lease', async () => {
    await given.database.pool.query(`insert into leases_1_0_0 values ('iris', 7, 'infinity')`);

    await expect(publish({ ...irisRevision('setosa'), fencing: 6n })).rejects.toThrow(LeaseLostError);

    expect(await numbers()).toEqual([]);
    expect(await files()).toEqual([]);
  });
});

describe('activating', () => {
  test('changes the active revision', async () => {
    await publish();
    await publish();

    await given.registry.activate('iris', 1);

    expect((await given.registry.list('iris')).active).toBe(1);
  });

  test('refuses a revision that does not exist', async () => {
    await publish();

    await expect(given.registry.activate('iris', 2)).rejects.toThrow(new UnknownRevisionError('iris', 2));
    await expect(given.registry.activate('iris', 2)).rejects.toThrow("the model 'iris' has no revision 2");
  });

  test('refuses any revision of a model that was never trained', async () => {
    await expect(given.registry.activate('iris', 1)).rejects.toThrow(UnknownRevisionError);
  });
});

describe('rolling back', () => {
  test('takes the revision that was active before, again and again', async () => {
    for (const _ of [1, 2, 3]) await publish();

    expect(await given.registry.rollback('iris')).toBe(2);
    expect(await given.registry.rollback('iris')).toBe(1);
    await expect(given.registry.rollback('iris')).rejects.toThrow(RevisionConflictError);
  });

  test('goes to what was active, not to the next lower number', async () => {
    for (const _ of [1, 2, 3]) await publish();
    await given.registry.activate('iris', 1);

    expect(await given.registry.rollback('iris')).toBe(3);
  });

  test('marks the revision that was given up', async () => {
    for (const _ of [1, 2]) await publish();

    await given.registry.rollback('iris');

    expect((await given.registry.list('iris')).revisions.map(({ rolledBack }) => rolledBack)).toEqual([false, true]);
  });

  test('is a conflict if only one revision was ever active', async () => {
    await publish();

    await expect(given.registry.rollback('iris')).rejects.toThrow("no revision of 'iris' was active before");
  });

  test('is not confused by activating what is active', async () => {
    for (const _ of [1, 2]) await publish();
    await given.registry.activate('iris', 2);

    expect(await given.registry.rollback('iris')).toBe(1);
  });

  test('skips a revision that was deleted', async () => {
    for (const _ of [1, 2, 3]) await publish();
    await given.registry.remove('iris', 2);

    expect(await given.registry.rollback('iris')).toBe(1);
  });
});

describe('deleting', () => {
  test('removes row and file, and the number never returns', async () => {
    await publish();
    await publish(irisRevision('virginica', false));

    await given.registry.remove('iris', 2);

    expect(await numbers()).toEqual([1]);
    expect(await files()).toHaveLength(1);
    expect(await publish()).toBe(3);
  });

  test('refuses the active revision', async () => {
    await publish();

    await expect(given.registry.remove('iris', 1)).rejects.toThrow(RevisionConflictError);

    expect(await numbers()).toEqual([1]);
    expect(await files()).toHaveLength(1);
  });

  test('refuses a revision that does not exist', async () => {
    await publish();

    await expect(given.registry.remove('iris', 5)).rejects.toThrow(UnknownRevisionError);
  });
});

describe('removing old revisions', () => {
  test('keeps the newest, the active one and the one before it', async () => {
    for (const _ of [1, 2, 3, 4, 5, 6]) await publish();
    await given.registry.activate('iris', 2);
    await given.registry.activate('iris', 1);

    await given.registry.removeOldRevisions('iris', 2);

    expect(await numbers()).toEqual([1, 2, 5, 6]);
    expect(await files()).toHaveLength(4);
  });

  test('collects files that no revision owns, but none that may be about to be published', async () => {
    await publish();
    const yesterday = Date.now() / 1000 - 2 * 24 * 60 * 60;
    for (const name of ['abandoned.model', 'fresh.model']) writeFileSync(join(given.folder, '1.0.0/iris', name), '');
    utimesSync(join(given.folder, '1.0.0/iris/abandoned.model'), yesterday, yesterday);
    const [published] = await files();

    await given.registry.removeOldRevisions('iris', 2);

    expect(await files()).toEqual([published, '1.0.0/iris/fresh.model']);
  });
});

test('the current revisions are the active one and the one before it, for each model that has any', async () => {
  for (const _ of [1, 2, 3]) await publish();
  await publish({ ...irisRevision('setosa'), model: 'other' });
  await publish({ ...irisRevision('setosa', false), model: 'inactive' });

  const { models } = await given.registry.current(['iris', 'other', 'inactive', 'untrained']);

  const found = [...models].map(([name, { active, previous }]) => [name, active.revision, previous?.revision]);
  expect(found).toEqual([
    ['iris', 3, 2],
    ['other', 1, undefined],
  ]);
});

test('changes from all sides at once leave one active revision, which exists, and numbers used once', async () => {
  await publish();
  const refusals: unknown[] = [];
  const published: number[] = [1];
  const changes = Array.from({ length: 60 }, (_, n) => {
    const target = 1 + (n % 7);
    return [
      async () => void published.push(await publish(irisRevision('setosa', n % 2 === 0))),
      () => given.registry.activate('iris', target),
      () => given.registry.remove('iris', target),
      () => given.registry.rollback('iris'),
      () => given.registry.removeOldRevisions('iris', 3),
    ][n % 5] as () => Promise<unknown>;
  });

  await Promise.all(changes.map((change) => change().catch((error) => refusals.push(error))));

  const { active, revisions } = await given.registry.list('iris');
  const unexpected = refusals.filter(
    (error) => !(error instanceof UnknownRevisionError || error instanceof RevisionConflictError),
  );
  expect(unexpected).toEqual([]);
  expect(new Set(published).size).toBe(published.length);
  expect(revisions.map(({ revision }) => revision)).toContain(active);
  expect(await files()).toEqual(revisions.map(({ location }) => location).sort());
});

describe('activating the newest', () => {
  test('passes over what was given up', async () => {
    for (let n = 0; n < 3; n += 1) await publish();
    await given.registry.rollback('iris');
    await given.registry.activate('iris', 1);

    expect(await given.registry.activateNewest('iris')).toBe(2);
    expect((await given.registry.list('iris')).active).toBe(2);
  });

  test('leaves all as it is if everything was given up, or nothing is there', async () => {
    expect(await given.registry.activateNewest('iris')).toBeUndefined();

    await publish();
    await given.database.pool.query('update revisions_1_0_0 set rolled_back = true');
    expect(await given.registry.activateNewest('iris')).toBeUndefined();
    expect((await given.registry.list('iris')).active).toBe(1);
  });
});
