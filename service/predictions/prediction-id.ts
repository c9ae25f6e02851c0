import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

const pool = new Uint32Array(1024);
let used = pool.length;

/** The generator's own source asks the operating system for every second id. */
function nextUint32(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const word = pool[used] as number;
  used += 1;
  return word;
}

const generator = new V7Generator({ nextUint32 });

/** A new prediction id: UUIDv7, so that ids sort by time. */
export const newPredictionId = (): string => generator.generate().toString();
