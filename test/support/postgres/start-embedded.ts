/** Starts the embedded PostgreSQL in the folder of the first argument, prints its URL and stays. */
import { startEmbeddedPostgres } from '../../../service/database/embedded';

startEmbeddedPostgres(process.argv[2] ?? '')
  .then(({ url }) => {
    console.log(url);
    setInterval(() => {}, 60_000);
  })
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
