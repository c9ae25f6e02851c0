import type { Label } from '../../../../learning/model';
import { labelOf } from '../../../../service/protocols/pio/label';

test.each<[string, Label, readonly Label[] | undefined, Label | null]>([
  ['a number if all classes are written as numbers', '2', ['0', '1', '2'], 2],
  ['a number with its fraction', '-0.5', ['-0.5', '4.0'], -0.5],
  ['a text if one of the classes is none', '2', ['2', 'many'], '2'],
  ['a text if the classes are codes', '007', ['007', '12'], '007'],
  ['a text if two classes were one number', '1', ['1', '1.0'], '1'],
  ['the number of a regression', 1.5, undefined, 1.5],
  ['null if a regression ends in nothing', Number.NaN, undefined, null],
])('A label is %s', (_what, output, classes, expected) => {
  expect(labelOf(output, classes)).toBe(expected);
});
