import fc from 'fast-check';
import { parseRequestTime } from '../../../../service/protocols/ml-aws/request-time';

/** Microseconds of a time in the years 1970 to 2200. */
const micros = fc
  .integer({ min: 0, max: Date.UTC(2200) })
  .chain((milliseconds) => fc.integer({ min: 0, max: 999 }).map((rest) => milliseconds * 1000 + rest));
const fractionOf = (time: number) => String(time % 1_000_000).padStart(6, '0');
const secondsOf = (time: number) => new Date(Math.floor(time / 1000)).toISOString().slice(0, 19);

describe('the time of a request', () => {
  it('is read from either notation to the microsecond', () => {
    fc.assert(
      fc.property(micros, (time) => {
        const iso = `${secondsOf(time)}.${fractionOf(time)}`;
        expect(parseRequestTime(iso.replace('T', ' '))).toBe(time);
        expect(parseRequestTime(`${iso}Z`)).toBe(time);
      }),
    );
  });

  it('is the same moment from every offset', () => {
    fc.assert(
      fc.property(micros, fc.integer({ min: -14 * 60, max: 14 * 60 }), (time, offset) => {
        const local = time + offset * 60_000_000;
        fc.pre(local >= 0);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(parseRequestTime(`${secondsOf(local)}.${fractionOf(local)}${zone}`)).toBe(time);
      }),
    );
  });

  it.each([
    ['2017-07-27 14:09:16.595260', '2017-07-27T14:09:16.595Z', 260],
    ['2017-07-27 14:09:16', '2017-07-27T14:09:16Z', 0],
    ['2017-07-27 14:09:16.5', '2017-07-27T14:09:16.5Z', 0],
    ['2017-07-27T14:09:16,123456789Z', '2017-07-27T14:09:16.123Z', 456],
    ['2017-07-27T14:09+02', '2017-07-27T12:09:00Z', 0],
    ['2017-07-27', '2017-07-27T00:00:00Z', 0],
    ['20170727T140916Z', '2017-07-27T14:09:16Z', 0],
    ['20170727T140916.5+0130', '2017-07-27T12:39:16.5Z', 0],
    ['2016-02-29 00:00:00', '2016-02-29T00:00:00Z', 0],
    ['0001-01-01 00:00:00', '0001-01-01T00:00:00Z', 0],
  ])('reads %s', (text, moment, extraMicros) => {
    expect(parseRequestTime(text)).toBe(Date.parse(moment) * 1000 + extraMicros);
  });

  it('keeps the last microsecond that databases and languages know in its year', () => {
    const time = parseRequestTime('9999-12-31 23:59:59.999999') as number;
    expect(new Date(time / 1000).toISOString()).toBe('9999-12-31T23:59:59.999Z');
  });

  it.each([
    '',
    'yesterday',
    '2017-02-29 00:00:00',
    '2017-04-31 00:00:00',
    '2017-13-01 00:00:00',
    '2017-00-10 00:00:00',
    '2017-01-00 00:00:00',
    '2017-01-01 24:00:00',
    '2017-01-01 00:60:00',
    '2017-01-01 00:00:60',
    '2017-01-01 00:00:00.',
    '2017-01-01 00:00:00 UTC',
    '2017-01-01T00:00:00+25:00',
    '2017-1-1 00:00:00',
    '17-01-01 00:00:00',
    '1483228800',
    '2017-0101',
    ' 2017-01-01 00:00:00',
    '2017-01-01 00:00:00\n',
    '0000-01-01 00:00:00',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
  ])('refuses %j', (text) => {
    expect(parseRequestTime(text)).toBeUndefined();
  });
});
