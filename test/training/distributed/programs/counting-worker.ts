import { JobState } from '../../../../training/distributed/state/job-state';
import { runWorker } from '../../../../training/distributed/worker';
import { Servers, type StoreAddress } from '../../../../training/store/servers/servers';
import { countingLearner, readRows } from '../support/counting';

/** Works on a job that counts keys; ends in order at SIGTERM. */
async function main([job = '', address = '']: readonly string[]): Promise<void> {
  const ending = new AbortController();
  process.once('SIGTERM', () => ending.abort());
  const servers = await Servers.connect(JSON.parse(address) as StoreAddress);
  const outcome = await runWorker({
    state: new JobState(servers, job),
    servers,
    readPart: (plan, part, { offset }) => readRows(plan, part, offset),
    createLearner: () => countingLearner,
    signal: ending.signal,
  });
  console.log(JSON.stringify(outcome ?? 'freed'));
  servers.close();
}

main(process.argv.slice(2)).catch((error: { exitCode?: number; message: string }) => {
  console.error(error.message);
  process.exit(error.exitCode ?? 70);
});
