import { execFileSync } from 'node:child_process';

/** A process of this machine, with its whole command line. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly line: string;
}

/** All that run now. */
export function runningProcesses(): readonly RunningProcess[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => {
      const [, pid, parent, line = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
      return { pid: Number(pid), parent: Number(parent), line };
    });
}
