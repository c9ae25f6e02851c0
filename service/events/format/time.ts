/** An instant, and the offset from UTC it was told with. */
export interface EventTime {
  /** Milliseconds since the epoch. */
  readonly millis: number;
  /** East of Greenwich is positive; at most 23 h 59 min either way. */
  readonly offsetMinutes: number;
}

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/;

/**
 * Reads `2004-12-13T21:39:45.618-07:00`; a fraction is cut to milliseconds.
 * @returns undefined if it is not a time, or without a zone
 */
export function parseTime(text: string): EventTime | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const days = dayNumber(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const millis = days * 86_400_000 + seconds * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  // The sum turns -0, the offset of `-00:00`, into 0.
  return { millis: millis - offset * 60_000, offsetMinutes: offset + 0 };
}

/** Days since the epoch; undefined if the month has no such day. */
function dayNumber(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  // Unlike Date.UTC, this takes the years 0 to 99 as they are.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 86_400_000 : undefined;
}

/** The time with milliseconds in its offset: `2004-12-13T21:39:45.618-07:00`, `Z` for UTC. */
export function formatTime({ millis, offsetMinutes }: EventTime): string {
  const local = new Date(millis + offsetMinutes * 60_000).toISOString();
  if (offsetMinutes === 0) return local;
  const minutes = Math.abs(offsetMinutes);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${local.slice(0, -1)}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** A time in UTC. */
export const formatUtc = (millis: number): string => new Date(millis).toISOString();
