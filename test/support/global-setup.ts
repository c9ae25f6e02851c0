import { closeRun, openRun } from './shared-server';

export default function setUp(): void {
  openRun();
  process.once('exit', closeRun);
}
