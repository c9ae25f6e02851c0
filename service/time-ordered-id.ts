import { randomFillSync } from 'node:crypto';
import { type UUID, V7Generator } from 'uuidv7';

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

/** A new UUIDv7: later ones of this process sort behind earlier ones. */
export const newTimeOrderedId = (): UUID => generator.generate();
