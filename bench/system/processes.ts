import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU time in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;

/** A process and all that it started, by id. */
export function processTree(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = Number(statOf(Number(entry))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
}

/** CPU seconds that the processes have used so far, in user and in kernel mode. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.reduce((sum, pid) => {
    const stat = statOf(pid);
    return sum + Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0);
  }, 0);
  return ticks / ticksPerSecond;
}

/** CPU seconds that each of the processes has used so far, with the name of its program. */
export const cpuSecondsByProgram = (pids: readonly number[]): readonly (readonly [program: string, number])[] =>
  pids.map((pid) => [(read(`/proc/${pid}/comm`) ?? '').trim(), cpuSeconds([pid])]);

/** Memory that each of the processes has resident, in MiB. */
export function residentMiB(pids: readonly number[]): readonly number[] {
  return pids.map((pid) => {
    const pages = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
    return Number(pages ?? 0) / 1024;
  });
}

/** Seconds that a core has been idle so far. */
export function idleSeconds(core: number): number {
  const fields = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ') ?? [];
  return (Number(fields[3]) + Number(fields[4])) / ticksPerSecond;
}

/** The fields of /proc/PID/stat behind the name, which may hold anything; undefined if the process is gone. */
function statOf(pid: number): readonly string[] | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
