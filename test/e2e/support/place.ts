import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait';

/** Tells the processes of one data directory from all others; they hand it on to those that they start. */
const marker = 'MODELAPP_TEST_PLACE';

/** A data directory, and all processes that work on it, whoever started them. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'modelapp-e2e-'));
  readonly data = join(this.folder, 'data');
  readonly environment = { [marker]: this.folder };

  constructor() {
    // The embedded database runs under another account if the tests run as root.
    chmodSync(this.folder, 0o711);
  }

  /** The ids of all processes: those of the product by their environment, PostgreSQL's by the folder they work in. */
  processes(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && (this.#isMarked(pid) || this.#worksHere(pid)));
  }

  /** SIGKILL to all processes at once; resolves when none is left. */
  async kill(): Promise<void> {
    await until('all processes are gone', () => {
      const left = this.processes();
      for (const pid of left) signal(pid, 'SIGKILL');
      return left.length === 0;
    });
  }

  /** Ends what is left, and removes the directory. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #isMarked(pid: number): boolean {
    return glance(() => readFileSync(`/proc/${pid}/environ`, 'latin1')).includes(`${marker}=${this.folder}\0`);
  }

  #worksHere(pid: number): boolean {
    return glance(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(`${this.folder}/`);
  }
}

/** The processes that a process has started itself and that run, by what is in their command line. */
export function childrenOf(pid: number, word: string): number[] {
  const children = glance(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'));
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((child) =>
      glance(() => readFileSync(`/proc/${child}/cmdline`, 'latin1'))
        .split('\0')
        .includes(word),
    );
}

/** A process that has ended meanwhile hears nothing. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Processes come and go while one looks, and others' may be closed. */
function glance(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
