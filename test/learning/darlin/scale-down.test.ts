import { scaleDown } from '../../../learning/darlin/scale-down';
import { objective } from './support/interior-point';
import { denseMatrix, problems } from './support/problems';
import { byKey, ready } from './support/training';

const { examples, width, lambda } = problems.oneHotGroups(1);
const matrix = denseMatrix(examples, width);
const labels = examples.map(({ label }) => label);
const start = Float64Array.from({ length: width }, (_, j) => Math.sin(j));

test.each([0.01, 1, 10, 1000])('weights × %d are multiplied by the power of ½ that is best, or by 0', async (size) => {
  // Given workers whose margins are those of the weights
  const { worker, layout } = await ready(examples, 2);
  const weights = start.map((weight) => size * weight).subarray(0, layout.counts.length);
  const before = byKey(layout, weights, width);
  await worker.place(weights);

  await scaleDown(worker, weights, lambda);

  // Then no other factor has a lower objective, and the margins follow
  const factors = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 0];
  const objectives = factors.map((factor) =>
    objective(
      matrix,
      labels,
      lambda,
      before.map((weight) => factor * weight),
    ),
  );
  const after = objective(matrix, labels, lambda, byKey(layout, weights, width));
  expect(after).toBeCloseTo(Math.min(...objectives), 9);
  const penalty = lambda * weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  expect((await worker.evaluate()).loss + penalty).toBeCloseTo(after, 9);
});
