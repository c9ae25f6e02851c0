import { blockCount } from '../../../../training/store/blocks';
import { hashSlot, hashTags, slotRange } from '../../../../training/store/valkey/hash-tags';

describe('the hash tags of blocks', () => {
  it.each([1, 2, 3, 7])('put each block on the server of its shard, when there are %i', (shards) => {
    const tags = hashTags(shards);
    expect(tags).toHaveLength(blockCount(shards));
    for (const [block, tag] of tags.entries()) {
      const { start, end } = slotRange(block % shards, shards);
      const slot = hashSlot(`anything:{${tag}}:else`);
      expect(slot).toBeGreaterThanOrEqual(start);
      expect(slot).toBeLessThan(end);
    }
    expect(new Set(tags).size).toBe(tags.length);
  });
});

describe('the slot ranges of shards', () => {
  it.each([1, 2, 3, 5, 1000])('cover all slots without overlap, when there are %i', (shards) => {
    const ranges = Array.from({ length: shards }, (_, shard) => slotRange(shard, shards));
    expect(ranges[0]!.start).toBe(0);
    expect(ranges.at(-1)!.end).toBe(16384);
    for (const [i, { end }] of ranges.slice(0, -1).entries()) expect(ranges[i + 1]!.start).toBe(end);
  });
});
