import { deflateSync, inflateSync } from 'node:zlib';
import { CountMinSketch } from '../../learning/sparse/count-min-sketch';
import { keyCount } from '../../learning/sparse/keys';
import type { TailFilter as TailFilterConf } from '../conf/conf';
import type { Minibatch } from '../data/part';

/** Admits keys that were seen often enough in the first pass; without a frequency all, and then it needs no sketch. */
export class TailFilter {
  private readonly sketch: CountMinSketch | undefined;

  constructor(private readonly conf: TailFilterConf) {
    if (conf.frequency > 0) this.sketch = new CountMinSketch(conf.countMinRows, conf.countMinSize, conf.frequency);
  }

  /** Counts the entries of a minibatch of the first pass. */
  count({ features, keys }: Minibatch): void {
    if (!this.sketch) return;
    const times = new Uint32Array(keyCount(keys));
    for (const feature of features) times[feature]!++;
    for (let i = 0; i < times.length; i++) this.sketch.add(keys[2 * i]!, keys[2 * i + 1]!, times[i]!);
  }

  get admitsAll(): boolean {
    return this.sketch === undefined;
  }

  admits(low: number, high: number): boolean {
    return this.sketch === undefined || this.sketch.count(low, high) > this.conf.frequency;
  }

  /** The counts as text, packed: most cells are 0. */
  save(): string | undefined {
    return this.sketch && deflateSync(this.sketch.bytes, { level: 1 }).toString('base64');
  }

  restore(saved: string | undefined): void {
    if (saved !== undefined) this.sketch?.bytes.set(inflateSync(Buffer.from(saved, 'base64')));
  }
}
