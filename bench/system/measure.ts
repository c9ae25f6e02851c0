import { cpuSeconds, idleSeconds, processTree, residentMiB } from './processes';

/** How a core was used over some time, and by the server it belongs to. */
export interface CoreUse {
  /** CPU seconds of the server's processes per second. */
  readonly serverCpu: number;
  /** Share of time in which the core had something to do, for whomever. */
  readonly coreBusy: number;
}

/** Measures from now until the returned function is called. */
export function coreUse(pid: number, core: number): () => CoreUse {
  const processes = processTree(pid);
  const startedAt = performance.now();
  const cpu = cpuSeconds(processes);
  const idle = idleSeconds(core);
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      serverCpu: (cpuSeconds(processes) - cpu) / seconds,
      coreBusy: 1 - (idleSeconds(core) - idle) / seconds,
    };
  };
}

/** Resident memory of the largest of a server's processes, in MiB. */
export const largestResidentMiB = (pid: number): number => Math.max(...residentMiB(processTree(pid)));
