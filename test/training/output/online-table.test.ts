import { onlineTableRow } from '../../../training/output/online-table';

describe('a row of the table of online training', () => {
  it('has the columns of the original', () => {
    expect(
      onlineTableRow({
        sec: 12.4,
        examples: 123_456,
        loss: 0.43215,
        auc: 0.77777,
        accuracy: 0.8,
        nonzeros: 4321,
        updateRatio: 0.0123,
      }),
    ).toBe('  12  1.23e+05  4.321e-01  0.7778  0.8000  4.32e+03  1.23e-02');
  });

  it('says what is not defined', () => {
    const row = { sec: 0, examples: 1, loss: 1, auc: Number.NaN, accuracy: 1, nonzeros: 0, updateRatio: Infinity };
    expect(onlineTableRow(row)).toBe('   0  1.00e+00  1.000e+00  nan  1.0000  0.00e+00  inf');
  });
});
