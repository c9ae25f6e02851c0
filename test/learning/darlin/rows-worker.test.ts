import fc from 'fast-check';
import { MemoryWorkers } from '../../../learning/darlin/memory-workers';
import { RowsWorker } from '../../../learning/darlin/rows-worker';
import { keyAt, toKeys } from '../../../learning/sparse/keys';
import { denseMatrix, type Example, sparseRows } from './support/problems';

const width = 5;
const finite = fc.double({ min: -3, max: 3, noNaN: true });
const entry = fc.record({ key: fc.nat(width - 1), value: fc.oneof(finite, fc.constant(1)), group: fc.nat(3) });
const example: fc.Arbitrary<Example> = fc.record({
  label: fc.constantFrom(1, -1),
  entries: fc.array(entry, { maxLength: 8 }),
});
interface Problem {
  readonly examples: readonly Example[];
  readonly importances: readonly number[];
  readonly weights: readonly number[];
  readonly change: readonly number[];
  readonly workers: number;
}
const problem: fc.Arbitrary<Problem> = fc.record({
  examples: fc.array(example, { minLength: 1, maxLength: 6 }),
  importances: fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  weights: fc.array(finite, { minLength: width, maxLength: width }),
  change: fc.array(finite, { minLength: width, maxLength: width }),
  workers: fc.constantFrom(1, 2, 3),
});
const all = Uint32Array.from({ length: width }, (_, j) => j);
const naturalKeys = toKeys(Array.from(all, BigInt));

/** Workers that hold the examples with feature j being key j, at some weights; and the same rows as dense numbers. */
async function given({ examples, importances, weights, workers }: Problem) {
  const indexes = Array.from({ length: workers }, (_, w) => examples.flatMap((_, i) => (i % workers === w ? [i] : [])));
  const held = indexes.map((share) =>
    sparseRows(
      share.map((i) => examples[i]!),
      share.map((i) => importances[i]!),
    ),
  );
  const worker = new MemoryWorkers(held.map((rows) => new RowsWorker(rows)));
  await worker.arrange(naturalKeys);
  await worker.place(Float64Array.from(weights));
  const order = indexes.flat();
  const matrix = denseMatrix(examples, width);
  const rows = order.map((i) => ({ x: matrix[i]!, y: examples[i]!.label, h: importances[i]! }));
  const margin = ({ x, y }: { x: Float64Array; y: number }, w: readonly number[]) =>
    y * x.reduce((sum, value, j) => sum + value * w[j]!, 0);
  const tau = (row: (typeof rows)[number]) => 1 / (1 + Math.exp(margin(row, weights)));
  const lossAt = (w: readonly number[]) =>
    rows.reduce((sum, row) => sum + row.h * Math.log(1 + Math.exp(-margin(row, w))), 0);
  return { worker, rows, tau, lossAt };
}
const expectClose = (actual: Float64Array, expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 8);
};

describe('what workers answer together is what the definition says of the dense matrix', () => {
  test('loss, slopes and curvatures, whatever the importance of a row and however often it names a key', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (data) => {
        const { worker, rows, tau, lossAt } = await given(data);
        const { loss, slopes } = await worker.evaluate();
        expect(loss).toBeCloseTo(lossAt(data.weights), 8);
        const expected = Array.from(all, (j) =>
          rows.reduce((sum, row) => sum - row.h * row.y * tau(row) * row.x[j]!, 0),
        );
        expectClose(slopes, expected);

        const widths = data.change.map(Math.abs);
        const block = await worker.slopes(all.slice(1), Float64Array.from(widths.slice(1)));
        expectClose(block.slopes, expected.slice(1));
        expectClose(
          block.curvatures,
          Array.from(all.slice(1), (j) =>
            rows.reduce((sum, row) => {
              const growth = Math.exp(Math.abs(row.x[j]!) * widths[j]!);
              return sum + row.h * Math.min(tau(row) * (1 - tau(row)) * growth, 0.25) * row.x[j]! ** 2;
            }, 0),
          ),
        );
      }),
    );
  });

  test('changes of the loss along a direction, before and after a move along another', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (data) => {
        const { worker, lossAt } = await given(data);
        const { weights, change } = data;
        await worker.aim(all, Float64Array.from(change));
        const moved = weights.map((w, j) => w + change[j]! / 2);
        expectClose(await worker.tryShares(Float64Array.of(1, 0.5)), [
          lossAt(weights.map((w, j) => w + change[j]!)) - lossAt(weights),
          lossAt(moved) - lossAt(weights),
        ]);
        await worker.move(0.5);
        expect((await worker.evaluate()).loss).toBeCloseTo(lossAt(moved), 8);
        await worker.aim(Uint32Array.of(3), Float64Array.of(-1));
        const further = moved.map((w, j) => (j === 3 ? w - 1 : w));
        expectClose(await worker.tryShares(Float64Array.of(1)), [lossAt(further) - lossAt(moved)]);
      }),
    );
  });

  test('the matrix XᵀDX, and columns that make the same matrix', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (data) => {
        const { worker, rows, tau } = await given(data);
        const features = Uint32Array.of(4, 0, 2);
        const expected = Array.from(features, (j, at) =>
          Array.from(features.slice(0, at + 1), (k) =>
            rows.reduce((sum, row) => {
              const bend = Math.min(tau(row) * (1 - tau(row)) * Math.exp(0.8), 0.25);
              return sum + row.h * bend * row.x[j]! * row.x[k]!;
            }, 0),
          ),
        ).flat();
        expectClose(await worker.gram(features, 0.8), expected);

        const { columns, weights } = await worker.columns(features, 0.8);
        const dense = Array.from(features, (_, at) => {
          const column = new Float64Array(rows.length);
          for (let entry = columns.offsets[at]!; entry < columns.offsets[at + 1]!; entry++) {
            column[columns.rows[entry]!] = columns.values?.[entry] ?? 1;
          }
          return column;
        });
        expectClose(
          Float64Array.from(
            dense.flatMap((a, i) =>
              dense.slice(0, i + 1).map((b) => a.reduce((sum, x, row) => sum + weights[row]! * x * b[row]!, 0)),
            ),
          ),
          expected,
        );
      }),
    );
  });

  test('the dual function at a share of τ', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (data) => {
        const { worker, rows, tau } = await given(data);
        const expected = rows.reduce((sum, row) => {
          const theta = 0.7 * tau(row);
          return sum - row.h * (theta * Math.log(theta) + (1 - theta) * Math.log(1 - theta));
        }, 0);
        expect(await worker.dual(0.7)).toBeCloseTo(expected, 8);
      }),
    );
  });
});

describe('a summary', () => {
  const rows = (...lines: [key: number, group: number][][]) =>
    sparseRows(lines.map((line) => ({ label: 1, entries: line.map(([key, group]) => ({ key, value: 1, group })) })));

  test('counts rows, not entries, and knows the lowest group of each key, over all workers', async () => {
    const worker = new MemoryWorkers([
      new RowsWorker(
        rows([
          [7, 3],
          [7, 3],
          [8, 1],
        ]),
      ),
      new RowsWorker(
        rows(
          [
            [9, 5],
            [7, 2],
          ],
          [[7, 4]],
        ),
      ),
    ]);
    const { examples, keys, counts, groups } = await worker.summarise();
    expect(examples).toBe(3);
    expect(Array.from(counts, (count, i) => [keyAt(keys, i), count, groups[i]])).toEqual([
      [7n, 3, 2],
      [8n, 1, 1],
      [9n, 1, 5],
    ]);
  });

  test('says 0 of the group if the rows have none', async () => {
    const { groups } = await new RowsWorker({ ...rows([[7, 3]]), groups: undefined }).summarise();
    expect([...groups]).toEqual([0]);
  });
});
