import fc from 'fast-check';
import { GatheredRows, splitRows } from '../../../learning/sparse/gathered-rows';
import { KeyTable } from '../../../learning/sparse/key-table';
import { keyAt, toKeys } from '../../../learning/sparse/keys';
import type { SparseRows } from '../../../learning/sparse/rows';

interface Row {
  readonly label: number;
  readonly importance: number;
  readonly entries: readonly { readonly key: bigint; readonly group: number; readonly value: number }[];
}
const row: fc.Arbitrary<Row> = fc.record({
  label: fc.constantFrom(1, -1),
  importance: fc.nat(3),
  entries: fc.array(
    fc.record({ key: fc.bigInt({ min: 2n ** 40n, max: 2n ** 40n + 5n }), group: fc.nat(4), value: fc.nat(2) }),
  ),
});

/** Rows as a reader hands them out: what all are 1 of, and groups that nobody asked for, are left out. */
function batchOf(rows: readonly Row[], grouped: boolean): SparseRows {
  const table = new KeyTable();
  const groups: number[] = [];
  const offsets = [0];
  const features: number[] = [];
  for (const { entries } of rows) {
    for (const { key, group } of entries) {
      const [low, high] = toKeys([key]);
      const slot = table.add(low!, high!);
      features.push(slot);
      groups[slot] = Math.min(groups[slot] ?? 9, group);
    }
    offsets.push(features.length);
  }
  const values = rows.flatMap(({ entries }) => entries.map(({ value }) => value));
  const importances = rows.map(({ importance }) => importance);
  return {
    labels: Float64Array.from(rows, ({ label }) => label),
    importances: importances.every((h) => h === 1) ? undefined : Float64Array.from(importances),
    offsets: Uint32Array.from(offsets),
    features: Uint32Array.from(features),
    values: values.every((value) => value === 1) ? undefined : Float64Array.from(values),
    keys: table.keys,
    groups: grouped ? Uint16Array.from(groups) : undefined,
  };
}

const written = ({ labels, importances, offsets, features, values, keys }: SparseRows) =>
  Array.from(labels, (label, i) => ({
    label,
    importance: importances?.[i] ?? 1,
    entries: Array.from({ length: offsets[i + 1]! - offsets[i]! }, (_, e) => ({
      key: keyAt(keys, features[offsets[i]! + e]!),
      value: values?.[offsets[i]! + e] ?? 1,
    })),
  }));
const expected = (rows: readonly Row[]) =>
  rows.map(({ entries, ...rest }) => ({ ...rest, entries: entries.map(({ key, value }) => ({ key, value })) }));

test('rows of many batches come out as they went in, each key with its lowest group', () => {
  fc.assert(
    fc.property(fc.array(fc.array(row, { maxLength: 4 }), { maxLength: 4 }), fc.boolean(), (batches, grouped) => {
      const gathered = new GatheredRows();
      for (const batch of batches) gathered.add(batchOf(batch, grouped));
      const rows = gathered.take();
      expect(written(rows)).toEqual(expected(batches.flat()));
      for (const [slot, group] of rows.groups!.entries()) {
        const key = keyAt(rows.keys, slot);
        const groups = batches
          .flat(2)
          .flatMap(({ entries }) => entries.filter((e) => e.key === key))
          .map((e) => e.group);
        expect(group).toBe(grouped ? Math.min(...groups) : 0);
      }
    }),
  );
});

test('values and importances stay out as long as all are 1', () => {
  const gathered = new GatheredRows();
  gathered.add(batchOf([{ label: 1, importance: 1, entries: [{ key: 1n, group: 0, value: 1 }] }], false));
  expect(gathered.take()).toMatchObject({ values: undefined, importances: undefined });
});

test('the runs that rows are cut into are all the rows, and gather to the same rows again', () => {
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 1, max: 5 }), (rows, pieces) => {
      const runs = splitRows(batchOf(rows, false), pieces);
      expect(runs.flatMap(written)).toEqual(expected(rows));
      const gathered = new GatheredRows();
      for (const run of runs) gathered.add(run);
      expect(written(gathered.take())).toEqual(expected(rows));
    }),
  );
});
