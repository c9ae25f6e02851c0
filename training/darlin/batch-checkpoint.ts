import { createHash } from 'node:crypto';
import type { DarlinState } from '../../learning/darlin/darlin';
import type { Keys } from '../../learning/sparse/keys';
import type { Checkpoints } from '../checkpoint/checkpoints';
import { requireSameConf } from '../checkpoint/resume';
import type { BatchConf } from '../conf/conf';
import type { TrainedBatch } from './train-batch';

/** What a checkpoint has of a batch training beside the weights of its keys and how far these may go. */
export interface SavedBatch extends Omit<DarlinState, 'weights' | 'widths' | 'active' | 'dampings'> {
  /** Of what must not change when the training is resumed. */
  readonly fingerprint: string;
  /** A byte for each key, in base64. */
  readonly active: string;
  readonly dampings: readonly number[];
}

/** Of what must not change when a training is resumed: everything but how long it goes on and what it keeps. */
export function fingerprintOf(conf: BatchConf, seed: number): string {
  const { maxPasses: _, epsilon: __, saveEveryPasses: ___, localCache: ____, ...rest } = conf;
  return createHash('sha256')
    .update(JSON.stringify({ conf: rest, seed }))
    .digest('hex');
}

/** Keeps what has been trained. In the place of z and N stand each key's weight and δ. */
export function saveBatch(
  checkpoints: Checkpoints<SavedBatch>,
  fingerprint: string,
  { model, state }: TrainedBatch,
): Promise<void> {
  const { weights, widths, active, dampings, ...rest } = state;
  const saved = { ...rest, fingerprint, active: Buffer.from(active).toString('base64'), dampings: [...dampings] };
  return checkpoints.write(saved, portions());

  async function* portions() {
    yield { keys: model.keys, sums: { z: weights, n: widths } };
  }
}

/**
 * Where a training was; undefined if no checkpoint is whole.
 * @throws {StoreError} if it was another training
 */
export async function readBatch(
  checkpoints: Checkpoints<SavedBatch>,
  fingerprint: string,
): Promise<{ keys: Keys; state: DarlinState } | undefined> {
  const newest = await checkpoints.newest();
  if (newest === undefined) return undefined;
  const { fingerprint: saved, active, dampings, ...rest } = newest.state;
  requireSameConf(saved, fingerprint);
  const filtered = Uint8Array.from(Buffer.from(active, 'base64'));
  const keys = new Uint32Array(2 * filtered.length);
  const weights = new Float64Array(filtered.length);
  const widths = new Float64Array(filtered.length);
  let at = 0;
  for await (const { keys: some, sums } of newest.sums()) {
    keys.set(some, 2 * at);
    weights.set(sums.z, at);
    widths.set(sums.n, at);
    at += sums.z.length;
  }
  return { keys, state: { ...rest, weights, widths, active: filtered, dampings: Float64Array.from(dampings) } };
}
