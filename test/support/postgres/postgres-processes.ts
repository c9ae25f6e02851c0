import { readFileSync } from 'node:fs';

/** The postmaster and its children; none if it does not run. */
export function postgresProcesses(postmaster: number): number[] {
  try {
    const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    return [postmaster, ...children.split(' ').filter(Boolean).map(Number)];
  } catch {
    return [];
  }
}

/** Sends a signal to the postmaster and all its children. */
export function signalPostgres(postmaster: number, name: NodeJS.Signals): void {
  for (const pid of postgresProcesses(postmaster)) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
