import { Pool } from 'pg';
import { type Interaction, readInteractions } from '../../../../../training/readers/events/interactions';

/** Reads the interactions of an app and prints how many there are; keeps them all in memory if told so. */
async function main([url = '', events = '', mode]: readonly string[]): Promise<void> {
  const pool = new Pool({ connectionString: url });
  const interactions = { names: ['rate'], entityType: 'user', targetEntityType: 'item', value: 'rating' };
  const kept: Interaction[] = [];
  let count = 0;
  for await (const interaction of readInteractions(pool, { events, interactions })) {
    count += 1;
    if (mode === 'keep') kept.push(interaction);
  }
  await pool.end();
  console.log(Math.max(count, kept.length));
}

void main(process.argv.slice(2));
