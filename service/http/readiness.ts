import type { ServiceContext } from '../context';

/** Why an instance wants no requests, in the words of `/readyz`. */
export type Unreadiness = 'starting' | 'draining' | 'spool full' | 'spool unwritable';

/** Undefined if the instance is ready. The database has no say: what is loaded answers without it. */
export function unreadiness({ lifecycle, predictor }: ServiceContext): Unreadiness | undefined {
  if (lifecycle.phase !== 'ready') return lifecycle.phase;
  return predictor.logState === 'ok' ? undefined : `spool ${predictor.logState}`;
}
