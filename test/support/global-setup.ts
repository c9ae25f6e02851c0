import { closeRun, openRun } from './test-run';

export default function setUp(): void {
  openRun();
  process.once('exit', closeRun);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
