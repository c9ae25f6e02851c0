import { Pool } from 'pg';
import pino from 'pino';
import { parseVersion } from '../../../../config/version';
import { FolderStore } from '../../../../service/models/store/folder-store';
import { OnlineUpdater } from '../../../../service/observations/learning/online-updater';
import { moviesConfig } from '../movies';

/** Updates weights until it is killed. */
const { DATABASE = '', FOLDER = '', LEASE_MS = '' } = process.env;
new OnlineUpdater({
  pool: new Pool({ connectionString: DATABASE, max: 3 }),
  version: parseVersion('1.0.0'),
  store: new FolderStore(FOLDER),
  models: moviesConfig().models,
  directory: '.',
  logger: pino({ level: 'silent' }),
  leaseMs: Number(LEASE_MS),
}).start();
