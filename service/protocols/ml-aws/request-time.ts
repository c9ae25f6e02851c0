/**
 * `2017-07-27 14:09:16.595260`, and ISO 8601 in its extended and its basic format: date and time of day apart by `T` or a
 * blank, seconds and their fraction optional, `Z` or an offset at the end.
 */
const pattern =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:[Tt ](\d\d)(?:(:?)(\d\d)(?:\6(\d\d)(?:[.,](\d{1,9}))?)?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

const firstMillisecond = Date.parse('0001-01-01T00:00:00Z');
const lastMillisecond = Date.parse('9999-12-31T23:59:59.999Z');
/** The last double before the year 10000, into which the last microseconds of 9999 would round. */
const lastMicrosecond = 253_402_300_799_999_970;

/** What most clients send, read digit by digit: the captures of the full pattern cost more than the prediction. */
const usualPattern = /^[1-9]\d{3}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?$/;

interface TimeFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits of the fraction of a second. */
  readonly fraction: string;
  /** Minutes that the zone is ahead of UTC. */
  readonly offset: number;
}

/**
 * Reads the client's time of a request; without a zone it is UTC.
 * @returns microseconds since 1970, exact for the years 1685 to 2255, further digits cut off; undefined if the text is no
 *   time, or names a day or an hour that does not exist
 */
export function parseRequestTime(text: string): number | undefined {
  const fields = usualPattern.test(text) ? usualFields(text) : patternFields(text);
  return fields && instantOf(fields);
}

function usualFields(text: string): TimeFields {
  const digit = (at: number) => text.charCodeAt(at) - 0x30;
  const twoDigits = (at: number) => 10 * digit(at) + digit(at + 1);
  return {
    year: 100 * twoDigits(0) + twoDigits(2),
    month: twoDigits(5),
    day: twoDigits(8),
    hour: twoDigits(11),
    minute: twoDigits(14),
    second: twoDigits(17),
    fraction: text.slice(20),
    offset: 0,
  };
}

function patternFields(text: string): TimeFields | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [offsetHours, offsetMinutes] = [Number(match[11] ?? 0), Number(match[12] ?? 0)] as const;
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  return {
    year: Number(match[1]),
    month: Number(match[3]),
    day: Number(match[4]),
    hour: Number(match[5] ?? 0),
    minute: Number(match[7] ?? 0),
    second: Number(match[8] ?? 0),
    fraction: match[9] ?? '',
    offset: (offsetHours * 60 + offsetMinutes) * (match[10] === '-' ? -1 : 1),
  };
}

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysOf = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (daysOfMonths[month - 1] as number);
const millisecondsOf400Years = 146_097 * 86_400_000;

function instantOf({ year, month, day, hour, minute, second, fraction, offset }: TimeFields): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  // Date takes the years 0 to 99 for those of the twentieth century; the calendar repeats itself after 400 years.
  const milliseconds = Date.UTC(year + 400, month - 1, day, hour, minute - offset, second) - millisecondsOf400Years;
  if (milliseconds < firstMillisecond || milliseconds > lastMillisecond) return undefined;
  const micros = fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0'));
  return Math.min(milliseconds * 1000 + micros, lastMicrosecond);
}
