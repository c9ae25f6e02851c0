import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFolder } from '../test-run';
import { openTestServer } from './postgres-server';

/**
 * The address of the server that all tests of a run share. The first caller starts it and the others wait, so that a run
 * without a database pays nothing.
 */
export async function sharedServerUrl(): Promise<string> {
  const folder = runFolder();
  const address = join(folder, 'url');
  if (isFirst(folder)) {
    const home = join(folder, 'server');
    mkdirSync(home);
    try {
      const { url } = await openTestServer(home);
      writeFileSync(`${address}.new`, url);
    } catch (error) {
      writeFileSync(join(folder, 'failed'), (error as Error).message);
      throw error;
    }
    renameSync(`${address}.new`, address);
  }
  while (!existsSync(address)) {
    if (existsSync(join(folder, 'failed'))) throw new Error(readFileSync(join(folder, 'failed'), 'utf8'));
    await sleep(50);
  }
  return readFileSync(address, 'utf8');
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'starting'));
    return true;
  } catch {
    return false;
  }
}
