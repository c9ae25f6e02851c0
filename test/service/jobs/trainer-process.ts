import { Pool } from 'pg';
import { parseVersion } from '../../../config/version';
import { findRunningJob } from '../../../service/jobs/running-jobs';
import { runTraining } from '../../../service/jobs/training-job';
import { FolderStore } from '../../../service/models/store/folder-store';
import { irisConfig } from '../models/iris';
import { endlessTrainer, trainerScoring } from './stand-in-trainer';

/** Does the job that the command line names, like `modelapp train-job`; `MODE` says how the training goes. */
async function main(): Promise<void> {
  const { DATABASE = '', FOLDER = '', MODE = '', LEASE_MS = '' } = process.env;
  const pool = new Pool({ connectionString: DATABASE, max: 2 });
  const version = parseVersion('1.0.0');
  const job = await findRunningJob(pool, version, process.argv[2] ?? '');
  if (!job) throw new Error('the job does not run');
  await runTraining(job, {
    pool,
    version,
    store: new FolderStore(FOLDER),
    config: irisConfig({}, { leaseMs: Number(LEASE_MS) }),
    directory: '.',
    trainer: MODE === 'endless' ? endlessTrainer : trainerScoring(0.95),
  });
  await pool.end();
}

void main();
