import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { arrayStream } from '../../../../service/events/http/json-answer';

/** Items that tell whether somebody still has them open. */
function given(items: readonly string[]) {
  const state = { isOpen: true };
  async function* generate(): AsyncGenerator<string> {
    try {
      yield* items;
    } finally {
      state.isOpen = false;
    }
  }
  return { items: generate(), state };
}

describe('A JSON array in pieces', () => {
  it.each([[['1']], [['1', '"a"', '{}']]])('holds the items %j', async (items) => {
    const stream = await arrayStream(given(items).items);

    expect(await text(stream!)).toBe(`[${items.join(',')}]`);
  });

  it('is none without items', async () => {
    expect(await arrayStream(given([]).items)).toBeUndefined();
  });

  it.each(['before a reader begins', 'while a reader reads'])(
    'closes the items if its client goes away %s',
    async (when) => {
      const { items, state } = given(Array.from({ length: 10 }, () => `"${'x'.repeat(100_000)}"`));
      const stream = (await arrayStream(items))!;
      if (when === 'while a reader reads') {
        stream.resume();
        await once(stream, 'data');
      }

      stream.destroy();
      await once(stream, 'close');
      await new Promise(setImmediate);

      expect(state.isOpen).toBe(false);
    },
  );

  it('breaks off with the error of the items', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield '1';
      throw new Error('the database is away');
    }
    const stream = await arrayStream(failing());

    await expect(text(stream!)).rejects.toThrow('the database is away');
  });
});
