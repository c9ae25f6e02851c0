import type { Random } from '../../../learning/random';
import type { LineBatch } from './line-batch';

/** How much text is shuffled at once: a part of a job with several workers is not larger. */
export const shuffleBytes = 64 * 1024 ** 2;

/**
 * Puts the lines of each batch in random order and cuts it into batches of `batchLines`. The offsets of these say how
 * much of the text has been given out, in whatever order.
 */
export async function* shuffleLines(
  batches: AsyncIterable<LineBatch>,
  random: Random,
  batchLines: number,
): AsyncGenerator<LineBatch> {
  for await (const batch of batches) {
    const order = random.shuffle([...batch.numbers.keys()]);
    let offset = batch.offset - batch.bytes.length;
    for (let first = 0; first < order.length; first += batchLines) {
      const picked = pick(batch, order.slice(first, first + batchLines));
      offset += picked.bytes.length;
      const isLast = first + batchLines >= order.length;
      yield { ...picked, offset: isLast ? batch.offset : offset };
    }
  }
}

/** Some lines of a batch, without their line ends. */
function pick({ bytes, extents, numbers }: LineBatch, lines: readonly number[]): Omit<LineBatch, 'offset'> {
  let length = 0;
  for (const line of lines) length += extents[2 * line + 1]! - extents[2 * line]!;
  const picked = { bytes: new Uint8Array(length), extents: new Uint32Array(2 * lines.length) };
  let at = 0;
  for (const [i, line] of lines.entries()) {
    const text = bytes.subarray(extents[2 * line], extents[2 * line + 1]);
    picked.bytes.set(text, at);
    picked.extents[2 * i] = at;
    at += text.length;
    picked.extents[2 * i + 1] = at;
  }
  return { ...picked, numbers: Uint32Array.from(lines, (line) => numbers[line]!) };
}
