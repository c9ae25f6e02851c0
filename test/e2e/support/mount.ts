import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/**
 * Mounts a file system of its own in memory on a new folder.
 * @param options of mount(8): `size=8m`, `ro`
 * @returns what unmounts it
 * @throws {Error} if this user may not mount, as only root may
 */
export function mountInMemory(folder: string, options: string): () => void {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(`this test mounts a file system, for which it has to run as root: ${(error as Error).message}`);
  }
  return () => execFileSync('umount', ['--lazy', folder]);
}
