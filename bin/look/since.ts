import { CommandError, ExitCode } from '../failure';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const age = /^(\d+)([smhd])$/;
/** A day, or a time of a day; without a zone it is in UTC, as the times of the lines are. */
const instant = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * When something began: `15m` ago, or at `2026-01-31T12:00`.
 * @throws {CommandError} if the text is neither, or lies in the future
 */
export function parseSince(text: string, now = new Date()): Date {
  const since = parseAge(text, now) ?? parseInstant(text);
  if (!since || Number.isNaN(since.getTime())) {
    throw new CommandError(
      `--since: '${text}' is neither an age such as 15m, 2h or 3d nor a time such as 2026-01-31T12:00`,
      ExitCode.usage,
    );
  }
  if (since > now) throw new CommandError(`--since: ${since.toISOString()} lies in the future`, ExitCode.usage);
  return since;
}

function parseAge(text: string, now: Date): Date | undefined {
  const [, amount, unit] = age.exec(text) ?? [];
  // Nothing is older than the epoch.
  return amount && unit
    ? new Date(Math.max(0, now.getTime() - Number(amount) * units[unit as keyof typeof units]))
    : undefined;
}

function parseInstant(text: string): Date | undefined {
  const [, day, time, zone] = instant.exec(text) ?? [];
  // JavaScript takes the 30th of February for the 2nd of March.
  if (!day || !isDay(day)) return undefined;
  return new Date(time && !zone ? `${text}Z` : text);
}

const isDay = (text: string): boolean => {
  const midnight = new Date(`${text}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
};
