import { closeRun, openRun } from './test-run';

export default function setUp(): void {
  openRun();
  process.once('exit', closeRun);
}
