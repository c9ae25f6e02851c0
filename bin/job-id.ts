import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';

/**
 * An id that tells configuration or model, and time, and is no other job's: `ctr-20260504120000-1f3a`.
 * @returns at most 36 characters, of which ECS takes no more
 */
export function newJobId(subject: string, now: Date): string {
  const name = basename(subject)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, 16);
  const time = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${name || 'job'}-${time}-${randomBytes(2).toString('hex')}`;
}
