import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCommand } from '../../../bin/commands/start';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { CommandLine } from './command-line';

let database: TestDatabase;
let commandLine: CommandLine;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  commandLine = new CommandLine(database, () => [startCommand()]);
});
afterEach(async () => {
  commandLine.remove();
  await database.drop();
});

/** A project with a model that takes long to train: no feature tells anything of the label. */
function givenSlowProject(): string {
  const columns = Array.from({ length: 20 }, (_, n) => `x${n}`);
  const rows = Array.from({ length: 20_000 }, (_, n) => [n % 7, ...columns.map((_, c) => Math.sin(n * (c + 1)))]);
  writeFileSync(join(commandLine.data, 'noise.csv'), [['y', ...columns], ...rows].map((row) => row.join()).join('\n'));
  writeFileSync(join(commandLine.data, 'VERSION'), '1.0.0\n');
  const mapping = columns.map((name) => ({ name, type: 'float' }));
  const noise = { algorithm: 'softmax', source: { csv: 'noise.csv' }, target: 'y', mapping };
  const config = join(commandLine.data, 'modelapp.config.ts');
  const hyperparameters = { lambda: 0, maxIterations: 100_000 };
  writeFileSync(config, `export default ${JSON.stringify({ models: { noise: { ...noise, hyperparameters } } })};`);
  return config;
}

const jobs = async () =>
  (await database.pool.query('select status, error from jobs_1_0_0').catch(() => ({ rows: [] }))).rows;

const isLocked = async () =>
  (await database.pool.query('select from leases_1_0_0 where expires_at > clock_timestamp()')).rowCount === 1;

test('a start that is interrupted while it trains ends the training, and leaves its model free', async () => {
  const config = givenSlowProject();
  const listeners = process.listenerCount('SIGINT');
  const ports = ['--port', '0', '--events-port', '0', '--processes', '1'];
  const ended = commandLine.run('start', '--config', config, ...ports);
  while ((await jobs()).length === 0) await sleep(20);

  process.emit('SIGINT', 'SIGINT');

  expect(await ended).toMatchObject({ exitCode: 130, stderr: '' });
  expect(await jobs()).toEqual([{ status: 'error', error: 'stopped by SIGINT' }]);
  expect(await isLocked()).toBe(false);
  expect(process.listenerCount('SIGINT')).toBe(listeners);
});
