import fc from 'fast-check';
import { type Entity, type EntityChange, foldEntities, foldEntity } from '../../../learning/features/entity';

type Change = EntityChange<number | null> & { readonly entityId: string; readonly arrival: number };

const change = fc.record({
  entityId: fc.constantFrom('a', 'b', 'c'),
  event: fc.constantFrom('$set', '$unset', '$delete'),
  properties: fc
    .uniqueArray(fc.tuple(fc.constantFrom('x', 'y', '__proto__'), fc.option(fc.nat(9))), { selector: ([name]) => name })
    .map((entries) => new Map(entries)),
  time: fc.integer({ min: 0, max: 3 }),
});
const changes = fc.array(change, { maxLength: 25 }).map((list) => list.map((item, arrival) => ({ ...item, arrival })));

/** The rules told plainly: look at all changes of one entity, and replay those after its last end. */
function expected(id: string, all: readonly Change[]): Entity<number | null> | undefined {
  const own = all.filter(({ entityId }) => entityId === id);
  if (own.length === 0) return undefined;
  const ordered = own.toSorted((a, b) => a.time - b.time || a.arrival - b.arrival);
  const alive = ordered.slice(ordered.findLastIndex(({ event }) => event === '$delete') + 1);
  const sets = alive.slice(alive.findIndex(({ event }) => event === '$set'));
  const entries = new Map<string, number | null>();
  for (const { event, properties } of sets) {
    for (const [name, value] of properties) {
      if (event === '$set') entries.set(name, value);
      else entries.delete(name);
    }
  }
  return {
    id,
    properties: alive.some(({ event }) => event === '$set') ? entries : undefined,
    firstUpdated: Math.min(...own.map(({ time }) => time)),
    lastUpdated: Math.max(...own.map(({ time }) => time)),
  };
}

function inOrder(all: readonly Change[]): readonly Change[] {
  const id = (item: Change) => item.entityId.charCodeAt(0);
  return all.toSorted((a, b) => id(a) - id(b) || a.time - b.time || a.arrival - b.arrival);
}

async function* stream<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

test('many entities fold as the rules say, whatever the order of arrival, with equal times', async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      const folded = await collect(foldEntities(stream(inOrder(all))));
      const wanted = ['a', 'b', 'c'].map((id) => expected(id, all)).filter((entity) => entity !== undefined);
      expect(folded.map((entity) => ({ ...entity }))).toEqual(wanted);
    }),
  );
});

test('one entity folds as it does among many', async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (all) => {
      const own = all.map((item) => ({ ...item, entityId: 'a' }));
      const [among] = await collect(foldEntities(stream(inOrder(own))));
      expect(foldEntity('a', inOrder(own))).toEqual(among);
    }),
  );
});

const set = (time: number, entries: [string, unknown][]): EntityChange<unknown> => ({
  event: '$set',
  properties: new Map(entries),
  time,
});

test('a $set without properties makes an empty entity', () => {
  expect(foldEntity('a', [set(1, [])])?.properties).toEqual(new Map());
});

test('an $unset creates nothing', () => {
  expect(foldEntity('a', [{ ...set(1, [['x', 1]]), event: '$unset' }])?.properties).toBeUndefined();
});

test('null is a value', () => {
  expect(foldEntity('a', [set(1, [['x', 1]]), set(2, [['x', null]])])?.properties).toEqual(new Map([['x', null]]));
});

test('no changes are no entity', () => {
  expect(foldEntity('a', [])).toBeUndefined();
});

test('what was yielded does not change any more', async () => {
  const two = [
    { ...set(1, [['x', 1]]), entityId: 'a' },
    { ...set(2, [['x', 2]]), entityId: 'b' },
  ];
  const [first, second] = await collect(foldEntities(stream(two)));
  expect([first?.properties, second?.properties]).toEqual([new Map([['x', 1]]), new Map([['x', 2]])]);
});
