import fc from 'fast-check';
import { parseSince } from '../../../bin/look/since';

const now = new Date('2026-03-01T12:00:00Z');
const since = (text: string) => parseSince(text, now).toISOString();

test.each([
  ['30s', '2026-03-01T11:59:30.000Z'],
  ['15m', '2026-03-01T11:45:00.000Z'],
  ['2h', '2026-03-01T10:00:00.000Z'],
  ['3d', '2026-02-26T12:00:00.000Z'],
  ['2026-02-28', '2026-02-28T00:00:00.000Z'],
  ['2026-02-28T10:30', '2026-02-28T10:30:00.000Z'],
  ['2026-02-28T10:30:15', '2026-02-28T10:30:15.000Z'],
  ['2026-02-28T10:30:15.250Z', '2026-02-28T10:30:15.250Z'],
  ['2026-02-28T10:30+02:00', '2026-02-28T08:30:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(since(text)).toBe(instant);
});

test.each(['', 'yesterday', '15', '15 m', '-5m', '1.5h', '2026', '2026-02-30', '2026-13-01', '2026-02-28 10:30'])(
  "'%s' is refused with what to write",
  (text) => {
    expect(() => since(text)).toThrow(
      `--since: '${text}' is neither an age such as 15m, 2h or 3d nor a time such as 2026-01-31T12:00`,
    );
  },
);

test('a time in the future is refused', () => {
  expect(() => since('2026-03-02')).toThrow('--since: 2026-03-02T00:00:00.000Z lies in the future');
});

test('however long an age is, it reaches back to the epoch at most', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 30n), fc.constantFrom('s', 'm', 'h', 'd'), (amount, unit) => {
      const instant = parseSince(`${amount}${unit}`, now).getTime();
      expect(instant).toBeGreaterThanOrEqual(0);
      expect(instant).toBeLessThanOrEqual(now.getTime());
    }),
  );
});
