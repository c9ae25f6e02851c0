import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A data directory that this process alone works in. */
export interface DataDirectory {
  readonly path: string;
  /** Leaves it to others; the end of the process, however it comes, does so too. */
  unlock(): void;
}

/** A process; the number alone may be another's by now. */
interface Holder {
  readonly pid: number;
  /** When it started, in the kernel's ticks; null where the system does not tell. */
  readonly startedAt: string | null;
}

/**
 * Takes a data directory for this process, made if absent. The lock of a process that died is taken over.
 * @throws {Error} with one line, if another process holds it or it cannot be written
 */
export function lockDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  const lock = join(path, 'lock');
  const mine = `${lock}.${randomBytes(4).toString('hex')}`;
  makeDataDirectory(path);
  writeInto(path, () => writeFileSync(mine, JSON.stringify(thisProcess()), { mode: 0o600 }));
  try {
    take(lock, mine, path);
  } finally {
    rmSync(mine);
  }
  let held = true;
  return {
    path,
    unlock() {
      if (held) rmSync(lock, { force: true });
      held = false;
    },
  };
}

/**
 * Makes a data directory that several instances may share, and checks that it can be written.
 * @throws {Error} with one line that says what to do
 */
export function makeDataDirectory(directory: string): void {
  const path = resolve(directory);
  const probe = join(path, `probe.${randomBytes(4).toString('hex')}`);
  writeInto(path, () => {
    // The server of the embedded database, which is never root, must get through.
    makeFolders(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    writeFileSync(probe, '');
    rmSync(probe);
  });
}

/** Folder by folder: the recursive `mkdir` of Node.js never ends where a file system refuses with ENOENT, as /proc does. */
function makeFolders(path: string, mode: number): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function writeInto(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new Error(`${path}: ${explain(error)}; pass another folder with --data`);
  }
}

/** A link appears whole or not at all, and only one process can make it. */
function take(lock: string, mine: string, path: string): void {
  while (!link(mine, lock)) {
    const holder = readHolder(lock);
    if (holder && isAlive(holder)) throw inUse(path, holder);
    const removed = `${mine}.stale`;
    try {
      renameSync(lock, removed);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    // Between look and rename another process may have taken the stale lock over: give it back.
    const moved = readHolder(removed);
    if (moved && isAlive(moved)) link(removed, lock);
    rmSync(removed);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

const thisProcess = (): Holder => ({ pid: process.pid, startedAt: startOf(process.pid) });

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startedAt === startOf(pid);
}

/** Field 22 of /proc/PID/stat, counted from behind the name, which may hold anything. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

const inUse = (path: string, { pid }: Holder) =>
  new Error(`${path}: is in use by process ${pid}; stop that one, or pass another folder with --data`);

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'you may not write here',
    EPERM: 'you may not write here',
    EROFS: 'is on a read-only file system',
    EEXIST: 'is not a directory',
    ENOTDIR: 'is not a directory',
    ENOENT: 'cannot be made here',
    ENOSPC: 'the disk is full',
  };
  return reasons[code ?? ''] ?? message;
}
