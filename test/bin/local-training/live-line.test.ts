import { positionLine } from '../../../bin/local-training/live-line';

const position = { pass: 1, passes: 4, parts: 2, partsOfPass: 8, share: 0.5, examples: 12_000 };

test('the last line tells pass, part, speed and the time that is left', () => {
  expect(positionLine(position, 3)).toBe('pass 2 of 4, part 3 of 8, 4,000 examples/s, 5 s left');
});

test('the last line does not guess before anything is done', () => {
  expect(positionLine({ ...position, pass: 0, share: 0 }, 3)).toContain('time left unknown');
});
