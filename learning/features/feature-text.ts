import type { ScalarType, ScalarValue } from '../model';

const decimal = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const whole = /^[+-]?\d+$/;

/** What a text of each type has to be, to be told to a user: `'abc' is not a number`. */
export const typeNouns: Readonly<Record<ScalarType, string>> = {
  float: 'a number',
  int: 'a whole number within ±(2^53 − 1)',
  str: 'a text',
  bool: 'a truth value',
};

/**
 * Reads the value of a feature from text, as a CSV cell or a query parameter holds it.
 *
 * float: decimal with sign, exponent and outer blanks; int: sign and digits, within ±(2^53 − 1); str: any text;
 * bool: `true` in any case is true, all else false. `nan` and infinities are no numbers.
 *
 * @returns undefined if the text is not of that type
 */
export function parseFeature(type: ScalarType, text: string): ScalarValue | undefined {
  switch (type) {
    case 'float': {
      const number = decimal.test(text) ? Number(text) : Number.NaN;
      return Number.isFinite(number) ? number : undefined;
    }
    case 'int': {
      const number = whole.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case 'str':
      return text;
    case 'bool':
      return text.toLowerCase() === 'true';
  }
}
