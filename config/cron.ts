import { Cron } from 'croner';
import Type from 'typebox';

/** Fields of a cron expression: minute, hour, day, month, weekday. */
const fieldCount = 5;

/** @param description what happens then */
export const cronOption = (description: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      description: `${description} A cron expression in UTC, or with a time zone behind it: \`'0 3 * * *'\`, \`'30 2 * * MON-FRI Europe/Berlin'\`; never if absent.`,
    }),
  );

/** Options of a model that are cron expressions. */
interface CronOptions {
  readonly batchRetrainDelayInMillis?: number;
  readonly batchRetrainSchedule?: string;
  readonly reload?: string;
}

/**
 * What is wrong with the schedules of a model, a line each.
 * @param path of the model: `models.iris`
 */
export function cronFaults(path: string, model: CronOptions): string[] {
  const faults = (['batchRetrainSchedule', 'reload'] as const).flatMap((option) => {
    const fault = model[option] === undefined ? undefined : faultOf(model[option]);
    return fault === undefined ? [] : [`${path}.${option}: ${fault}`];
  });
  if (model.batchRetrainSchedule !== undefined && model.batchRetrainDelayInMillis !== undefined) {
    faults.push(`${path}.batchRetrainSchedule: does not go with batchRetrainDelayInMillis; leave one of them out`);
  }
  return faults;
}

function faultOf(expression: string): string | undefined {
  const { fields, timeZone } = partsOf(expression);
  if (!isTimeZone(timeZone)) return `'${timeZone}' is no time zone; write one such as Europe/Berlin, or none for UTC`;
  const example = "write minute, hour, day, month and weekday, such as '0 3 * * *'";
  try {
    if (fields.length < fieldCount) return `'${expression}' has too few fields; ${example}`;
    return nextOccurrence(expression, new Date()) ? undefined : `'${expression}' never comes; ${example}`;
  } catch (error) {
    return `'${expression}' is no cron expression (${(error as Error).message.replace(/^CronPattern: /, '')}); ${example}`;
  }
}

/**
 * When it is time for the first time after a moment.
 * @param expression that `cronFaults` finds nothing wrong with
 * @returns null if never
 */
export function nextOccurrence(expression: string, after: Date): Date | null {
  const { fields, timeZone } = partsOf(expression);
  return new Cron(fields.join(' '), { mode: '5-part', timezone: timeZone, paused: true }).nextRun(after);
}

function partsOf(expression: string): { readonly fields: readonly string[]; readonly timeZone: string } {
  const parts = expression.trim().split(/\s+/);
  return { fields: parts.slice(0, fieldCount), timeZone: parts.slice(fieldCount).join(' ') || 'UTC' };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
