import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestApp } from '../../../support/event-service';
import { givenCommandLine } from '../given-command-line';

const given = givenCommandLine({ migrated: true });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-from-events-'));
  writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Makes an app with a flower for each value of `a`; every other one is red. @returns its name */
async function sowFlowers(values: readonly (number | null)[]): Promise<string> {
  const app = await createTestApp(given.database);
  await given.database.pool.query(
    `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes,
       created_at)
     select $1, n::text, '$set', 'flower', n::text,
       json_build_object('a', a, 'colour', case when n % 2 = 0 then 'red' else 'blue' end), now(), 0, now()
     from unnest($2::float8[]) with ordinality as given (a, n)`,
    [app.id, values],
  );
  return app.name;
}

/** Trains the model `flowers` on the flowers of an app. */
function train(source: object, ...options: string[]) {
  const config = join(folder, 'modelapp.config.ts');
  const flowers = { algorithm: 'softmax', source, target: 'colour', mapping: [{ name: 'a', type: 'float' }] };
  writeFileSync(config, `export default ${JSON.stringify({ models: { flowers } })};\n`);
  return given.run('train', 'flowers', '--config', config, ...options);
}

test('`train` learns from the entities of an app, and tells how many were left out', async () => {
  const events = await sowFlowers([...Array.from({ length: 20 }, (_, n) => n % 2), null]);

  const { stdout, stderr, exitCode } = await train({ events, entityType: 'flower' });

  const notice = `flower entities of app '${events}': 1 of 21 left out for want of properties; without a: 1\n`;
  expect(stdout.startsWith(`${notice}step 1: `)).toBe(true);
  expect(stdout).toContain('train score 1.0000, test score 1.0000\nflowers: revision 1 is active\n');
  expect([stderr, exitCode]).toEqual(['', 0]);
});

test('`train --json` tells the same to programs', async () => {
  const events = await sowFlowers([0, 1, 0, 1, 0, 1, null]);

  const { stdout } = await train({ events, entityType: 'flower' }, '--json');

  expect(JSON.parse(stdout.split('\n')[0] as string)).toEqual({
    type: 'notice',
    message: `flower entities of app '${events}': 1 of 7 left out for want of properties; without a: 1`,
  });
});

test('an app that is not there ends it with 3, and the line says how to make it', async () => {
  expect(await train({ events: 'garden', entityType: 'flower' })).toEqual({
    stdout: '',
    stderr: "modelapp: flower entities of app 'garden': there is no such app; make it with: modelapp app new garden\n",
    exitCode: 3,
  });
});

test('a channel that is not there ends it with 3, and the line says how to make it', async () => {
  const events = await sowFlowers([1]);

  const { stderr, exitCode } = await train({ events, channel: 'web', entityType: 'flower' });

  expect(stderr).toContain(`there is no such channel; make it with: modelapp app channel-new ${events} web\n`);
  expect(exitCode).toBe(3);
});

test('a source that does not fit together ends it with 2, and the line names its path', async () => {
  const { stderr, exitCode } = await train({ events: 'garden' });

  expect(stderr).toMatch(/models\.flowers\.source: needs entityType or interactions beside events\n$/);
  expect(exitCode).toBe(2);
});
