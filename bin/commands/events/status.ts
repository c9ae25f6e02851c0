import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import packageJson from '../../../package.json';
import { type PlaceOptions, withPlaceOptions } from '../../settings';
import { inEvents } from './open-events';
import { PioCommand } from './terminal/pio-command';
import { print } from './terminal/print';

/** `pio status`: whether events can be stored here. */
export const statusCommand = (): PioCommand => {
  const command = new PioCommand('status');
  withPlaceOptions(command)
    .description('check that events can be stored here')
    .addHelpText('after', '\nExample:\n  pio status');
  return command.does(async (options: PlaceOptions) => {
    print(`Version: modelapp ${packageJson.version}`);
    await inEvents(options, async ({ pool, applied }) => {
      print(`Database: ${await describeDatabase(pool)}`);
      print(`Migrations: up to date${applied.length === 0 ? '' : ` (applied now: ${applied.join(', ')})`}`);
      await testWrite(pool);
      print('Test write: an event was stored and taken back');
    });
    print('Your system is all ready to go.');
  });
};

async function describeDatabase(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string; name: string }>(
    `select current_setting('server_version') as version, current_database() as name`,
  );
  return `PostgreSQL ${rows[0]?.version}, database ${rows[0]?.name}`;
}

/** Numbers of its own choice, so that those of apps and events go on as if nothing had been. */
async function testWrite(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into apps (id, name) values (-1, $1)', [randomUUID()]);
    await client.query(
      `insert into events
         (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at, seq)
       values (-1, 'status', 'status', 'status', 'status', '{}', now(), 0, now(), 0)`,
    );
  } finally {
    await client.query('rollback');
    client.release();
  }
}
