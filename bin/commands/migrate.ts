import { Command } from 'commander';
import { CommandError, ExitCode } from '../failure';
import { connect } from '../local/open-database';
import { prepareDatabase } from '../local/prepare-database';
import { type PlaceOptions, readSettings, withPlaceOptions } from '../settings';

const example = `
Example:
  modelapp migrate --database postgres://modelapp:secret@db.internal/modelapp`;

/** `modelapp migrate`: the tables and views of this version in an existing database; `start` does so by itself. */
export const migrateCommand = (): Command =>
  withPlaceOptions(new Command('migrate'))
    .description('make the tables and views of this version in an existing database')
    .addHelpText('after', example)
    .action(async (options: PlaceOptions) => {
      const settings = await readSettings(options);
      if (!settings.database) {
        throw new CommandError('migrate: pass --database URL; `modelapp start` prepares its own', ExitCode.usage);
      }
      const pool = await connect(settings.database, settings.version);
      try {
        const applied = await prepareDatabase(pool, settings);
        for (const file of applied) process.stdout.write(`applied ${file}\n`);
        process.stdout.write(`Version ${settings.version} has all its tables and views\n`);
      } finally {
        await pool.end();
      }
    });
