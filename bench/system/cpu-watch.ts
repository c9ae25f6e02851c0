import { cpuSecondsByProgram, processTree } from './processes';

/** Between two looks: each reads the state of all processes of the machine. */
const pauseMs = 500;

/** CPU seconds of a program and of all processes that it starts, those that have ended included. */
export class CpuWatch {
  private readonly used = new Map<number, readonly [program: string, seconds: number]>();
  private lookedAt = 0;

  /** Looks at the program, if it is time. */
  look(pid: number): void {
    const now = performance.now();
    if (now - this.lookedAt < pauseMs) return;
    this.lookedAt = now;
    const pids = processTree(pid);
    const looks = cpuSecondsByProgram(pids);
    // One that has ended meanwhile has no name any more.
    for (const [i, look] of looks.entries()) if (look[0] !== '') this.used.set(pids[i]!, look);
  }

  /** What the processes used whose program has such a name, or all of them, when they were last looked at. */
  seconds(name = /./): number {
    return [...this.used.values()].reduce((sum, [program, seconds]) => sum + (name.test(program) ? seconds : 0), 0);
  }
}
