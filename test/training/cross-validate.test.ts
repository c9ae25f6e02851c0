import { resolve } from 'node:path';
import { resolveConfig } from '../../config/resolve';
import type { SoftmaxConfig } from '../../config/schema';
import modelappConfig from '../../modelapp.config';
import { crossValidate } from '../../training/cross-validate';
import type { Dataset } from '../../training/dataset';
import { readDataset } from '../../training/read-dataset';

const iris = resolveConfig(modelappConfig).models.iris as SoftmaxConfig;

describe('cross-validation', () => {
  test('finds an accuracy of at least 0.96 on iris in ten folds', async () => {
    const directory = resolve(__dirname, '../..');
    const dataset = await readDataset('iris', iris, { directory });

    const accuracy = await crossValidate(dataset, 10, iris);

    expect(accuracy).toBeGreaterThanOrEqual(0.96);
  });

  test('never predicts a row by a model that saw it', async () => {
    // GIVEN rows whose label can only be learnt by heart: each category occurs once
    const labels = Array.from({ length: 20 }, (_, row) => (row % 4 < 2 ? 'a' : 'b'));
    const dataset: Dataset = { source: 'rows', sha256: '', rows: labels.map((_, row) => [`row ${row}`]), labels };
    const mapping = [{ name: 'id', type: 'str' as const, aliases: [] }];
    const hyperparameters = { lambda: 0.01, maxIterations: 100 };

    // WHEN
    const accuracy = await crossValidate(dataset, 20, { mapping, hyperparameters });

    // THEN the other label is more frequent among the rows left
    expect(accuracy).toBe(0);
  });
});
