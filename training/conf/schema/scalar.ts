import type { Scalar } from '../syntax/tree';

/** What a scalar means, or what it should be instead. */
export type Reading<T> = { readonly value: T } | { readonly fault: string };

/** What may be written for a field that holds no block. */
export interface ScalarType<T> {
  readonly kind: 'scalar';
  read(scalar: Scalar): Reading<T>;
}

const scalar = <T>(read: (scalar: Scalar) => Reading<T>): ScalarType<T> => ({ kind: 'scalar', read });

const written = ({ kind, text }: Scalar): string => (kind === 'string' ? JSON.stringify(text) : text);

/** A quoted string that is not empty. */
export const text = (): ScalarType<string> =>
  scalar<string>((given) => {
    if (given.kind !== 'string') return { fault: `takes a string in quotes, not ${written(given)}` };
    return given.text === '' ? { fault: 'must not be empty' } : { value: given.text };
  });

/** `true`, `false` and their short forms. */
export const boolean = (): ScalarType<boolean> =>
  scalar<boolean>((given) => {
    if (given.kind !== 'string' && ['true', 't', '1'].includes(given.text)) return { value: true };
    if (given.kind !== 'string' && ['false', 'f', '0'].includes(given.text)) return { value: false };
    return { fault: `takes true or false, not ${written(given)}` };
  });

/** One of some names, or its number. */
export const enumeration = <Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  /** Names that are known but not offered, with what to write instead. */
  refused: Readonly<Record<string, { readonly number: number; readonly instead: string }>> = {},
): ScalarType<Name> =>
  scalar<Name>((given) => {
    const names = Object.keys(numbers) as Name[];
    const means = (name: string, number: number) =>
      given.kind === 'name' ? given.text === name : given.kind === 'number' && Number(given.text) === number;
    const value = names.find((name) => means(name, numbers[name]));
    if (value !== undefined) return { value };
    const alternative = Object.entries(refused).find(([name, { number }]) => means(name, number));
    if (alternative) return { fault: `${alternative[0]} is not supported: ${alternative[1].instead}` };
    if (given.kind === 'string') return { fault: `takes ${names.join(', ')} without quotes, not ${written(given)}` };
    return { fault: `must be ${names.join(', ')}, not ${written(given)}` };
  });

interface Bounds {
  readonly min?: number;
  /** The least value does not count. */
  readonly above?: number;
}

/** A finite number within bounds. */
export const number = (bounds: Bounds = {}): ScalarType<number> =>
  scalar<number>((given) => {
    const value = given.kind === 'number' ? parseNumber(given.text) : undefined;
    if (value === undefined) return { fault: `takes a number, not ${written(given)}` };
    return within(bounds, value, given);
  });

/** A whole number of at most 32 bits, sign included, like protobuf's `int32`. */
export const integer = (bounds: Bounds = { min: -(2 ** 31) }): ScalarType<number> =>
  scalar<number>((given) => {
    const value = given.kind === 'number' ? parseNumber(given.text) : undefined;
    if (value === undefined || !Number.isInteger(value)) {
      return { fault: `takes a whole number, not ${written(given)}` };
    }
    if (value > 2 ** 31 - 1) return { fault: `must be at most ${2 ** 31 - 1}, not ${written(given)}` };
    return within(bounds, value, given);
  });

/** At least 1, or -1 for no limit. */
export const limit = (): ScalarType<number | undefined> =>
  scalar<number | undefined>((given) => {
    const reading = integer().read(given);
    if ('fault' in reading || reading.value >= 1) return reading;
    if (reading.value === -1) return { value: undefined };
    return { fault: `must be at least 1, or -1 for no limit, not ${written(given)}` };
  });

function within({ min, above }: Bounds, value: number, given: Scalar): Reading<number> {
  if (min !== undefined && value < min) return { fault: `must be at least ${min}, not ${written(given)}` };
  if (above !== undefined && value <= above) return { fault: `must be above ${above}, not ${written(given)}` };
  return { value };
}

/** Decimal, octal or hexadecimal, a fraction or an exponent, perhaps with an `f` behind. */
function parseNumber(text: string): number | undefined {
  const [, sign, digits = ''] = /^(-?)[ \t]*(.*)$/.exec(text)!;
  const size = unsigned(digits);
  if (size === undefined || !Number.isFinite(size)) return undefined;
  // Not -0, which would be another value than 0 to a reader of the result.
  return sign && size !== 0 ? -size : size;
}

function unsigned(digits: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(digits)) return Number(digits);
  if (/^0[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  if (/^0\d+$/.test(digits)) return undefined;
  if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?f?$/i.test(digits)) return Number(digits.replace(/f$/i, ''));
  return undefined;
}
