import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 20;

/**
 * Waits for a condition, however long a slow machine takes.
 * @throws {Error} naming what did not come true within `limitMs`
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
    await sleep(pollMs);
  }
}
