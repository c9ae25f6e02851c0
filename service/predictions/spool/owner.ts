import { readFileSync, readlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';
import { ifPresent, ownerFile } from './directory';

/** Which process writes a spool. */
interface Owner {
  readonly pid: number;
  /** What tells this process from a later one with the same id; absent where there is no /proc. */
  readonly startTime?: string;
  /** The boot and the PID namespace in which `pid` means anything. */
  readonly place?: string;
}

/** How often a writer shows that it lives. */
export const heartbeatMs = 1_000;

/** After this long without a heartbeat a writer that cannot be looked at by its process id counts as dead. */
export const silenceMs = 15_000;

/** Marks a new spool, whose folder nobody knows yet, as written by this process. */
export function claimSpool(spool: string): void {
  const place = currentPlace();
  const startTime = startTimeOf(process.pid);
  const owner: Owner = { pid: process.pid, ...(place && { place }), ...(startTime && { startTime }) };
  writeFileSync(ownerFile(spool), JSON.stringify(owner), { flag: 'wx' });
}

/** Shows that the writer lives; false if the spool was taken from it meanwhile. */
export function renewClaim(spool: string): boolean {
  try {
    const now = new Date();
    utimesSync(ownerFile(spool), now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Says that nothing will be written any more. */
export function releaseClaim(spool: string): void {
  try {
    unlinkSync(ownerFile(spool));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * Whether nobody writes the spool any more. If its writer has died, its claim is taken away first: should it only have
 * slept, it finds out by `renewClaim` and starts a new spool.
 */
export async function takeIfAbandoned(spool: string): Promise<boolean> {
  const file = ownerFile(spool);
  const text = await ifPresent(readFile(file, 'utf8'));
  const stats = await ifPresent(stat(file));
  if (text === undefined || stats === undefined) return true;
  if (isAlive(parseOwner(text), Date.now() - stats.mtimeMs)) return false;
  await ifPresent(rename(file, `${file}.dead`));
  return true;
}

function isAlive(owner: Owner | undefined, silence: number): boolean {
  const comparable = owner?.startTime !== undefined && owner.place !== undefined && owner.place === currentPlace();
  return comparable ? startTimeOf(owner.pid) === owner.startTime : silence < silenceMs;
}

function parseOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}

/** When a process started, in clock ticks since boot; undefined if it does not run, or is a zombie. */
function startTimeOf(pid: number): string | undefined {
  const text = readIfPossible(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name, in parentheses, may hold blanks and parentheses itself.
  const [state, ...rest] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  return state === 'Z' || state === 'X' ? undefined : rest[18];
}

function currentPlace(): string | undefined {
  const boot = readIfPossible(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const namespace = readIfPossible(() => readlinkSync('/proc/self/ns/pid'));
  return boot && namespace ? `${boot} ${namespace}` : undefined;
}

function readIfPossible(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
