/** Locks the data directory of the first argument, prints `locked` and stays. */
import { lockDataDirectory } from '../../bin/local/data-directory';

try {
  lockDataDirectory(process.argv[2] ?? '');
  console.log('locked');
  setInterval(() => {}, 60_000);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
