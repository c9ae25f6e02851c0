import { Pool } from 'pg';
import pino from 'pino';
import { parseVersion } from '../../../config/version';
import { CronSchedule } from '../../../service/jobs/cron-schedule';
import { irisConfig } from '../models/iris';

/** Looks again and again what is due, and takes every training for done, until it is killed. */
async function main(): Promise<void> {
  const { DATABASE = '', SCHEDULE = '' } = process.env;
  const pool = new Pool({ connectionString: DATABASE, max: 2 });
  const schedule = new CronSchedule({
    pool,
    version: parseVersion('1.0.0'),
    models: irisConfig({ batchRetrainSchedule: SCHEDULE }).models,
    registry: { activateNewest: async () => undefined },
    logger: pino({ level: 'silent' }),
  });
  for (;;) {
    await schedule.fireDue();
    await pool.query(`update jobs_1_0_0 set status = 'finished' where status = 'queued'`);
  }
}

void main();
