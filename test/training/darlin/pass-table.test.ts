import { passObjects, passTable } from '../../../training/darlin/pass-table';
import { scientific } from '../../../training/output/scientific';

const report = {
  pass: 3,
  objective: 10558.7233706,
  relative: 3.92e-7,
  nonzeros: 96,
  threshold: 1e20,
  active: 123,
  gap: 2.35e-8,
};
const times = { least: 0.21, most: 0.34, total: 12 };

test('numbers are written as C writes them', () => {
  expect([
    scientific(1e20, 1),
    scientific(0.000034, 1),
    scientific(1, 3),
    scientific(0, 2),
    scientific(-1.5e-300, 2),
    scientific(Number.NaN, 2),
    scientific(Number.POSITIVE_INFINITY, 2),
    scientific(Number.NEGATIVE_INFINITY, 2),
  ]).toEqual(['1.0e+20', '3.4e-05', '1.000e+00', '0.00e+00', '-1.50e-300', 'nan', 'inf', '-inf']);
});

test('the table has the header and the columns of the original', () => {
  const lines: string[] = [];
  const table = passTable((line) => lines.push(line));
  table.message('Maximal allowed delay: 0');
  table.begin();
  table.pass(report, times);
  expect(lines.join('\n')).toBe(
    `\
Maximal allowed delay: 0
     |        training        |  sparsity |      KKT filter     |    time (sec.)
iter |  objective    relative |     |w|_0 | threshold  #activet |(app:min max) total
 ----+------------------------+-----------+---------------------+-----------------
   3 | 1.05587e+04  3.920e-07 |        96 | 1.0e+20         123 |   0.2   0.3  12.0`,
  );
});

test('as JSON a pass is an object on a line, and messages go elsewhere', () => {
  const lines: string[] = [];
  const logged: string[] = [];
  const objects = passObjects(
    (line) => lines.push(line),
    (line) => logged.push(line),
  );
  objects.message('Maximal allowed delay: 0');
  objects.begin();
  objects.pass(report, times);
  expect(logged).toEqual(['Maximal allowed delay: 0']);
  expect(lines).toHaveLength(1);
  const { pass, ...figures } = report;
  expect(JSON.parse(lines[0]!)).toEqual({ type: 'pass', iter: pass, ...figures, sec: times.total });
});
