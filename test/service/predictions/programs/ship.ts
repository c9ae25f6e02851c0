import { Pool } from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { parseVersion } from '../../../../config/version';
import { Shipper } from '../../../../service/predictions/shipper';

/** Ships the spools of a data directory until it is killed: `ship.js <database url> <data directory>`. */
const [, , connectionString = '', dataDirectory = ''] = process.argv;

const shipper = new Shipper({
  pool: new Pool({ connectionString }),
  version: parseVersion('1.0.0'),
  dataDirectory,
  logger: pino({ level: 'silent' }),
  metrics: new Registry(),
});
shipper.start();
console.log('started');
