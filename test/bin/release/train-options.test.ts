import { parseTrainOptions } from '../../../bin/release/train-options';

test.each<[string, object]>([
  ['', { activate: true }],
  ['--variant best.json --no-activate', { activate: false, variant: 'best.json' }],
  [
    '  --variant "my best.json"  --better-than-active',
    { activate: true, variant: 'my best.json', betterThanActive: true },
  ],
  ["--variant 'a b' --if-better-than 0.9", { activate: true, variant: 'a b', ifBetterThan: 0.9 }],
  ['--no-activate -- --driver-memory 4g', { activate: false }],
])('%j is read', (text, options) => {
  expect(parseTrainOptions(text)).toEqual(options);
});

test.each([
  ['--verbose', "PIO_OPTS: unknown option '--verbose'"],
  ['--variant', "PIO_OPTS: option '--variant <file>' argument missing"],
  ['--if-better-than good', "PIO_OPTS: --if-better-than: 'good' is not a number; write a score like 0.95"],
  ['movies', 'PIO_OPTS: too many arguments'],
])('%j is refused', (text, message) => {
  expect(() => parseTrainOptions(text)).toThrow(message);
});
