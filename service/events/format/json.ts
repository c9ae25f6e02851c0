/** A JSON value with nothing lost: numbers as they were written, objects as maps, so that no name is special. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** A number in the digits it was written with; a double would change 12345678901234567890. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** Compact JSON text that parses to the same value; lone surrogates become escapes. */
export function formatJson(value: JsonValue): string {
  if (typeof value === 'string') return formatString(value);
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) {
    let members = '';
    for (const [name, member] of value) {
      members += `${members === '' ? '' : ','}${formatString(name)}:${formatJson(member)}`;
    }
    return `{${members}}`;
  }
  return Array.isArray(value) ? `[${value.map(formatJson).join(',')}]` : String(value);
}

/** For short texts, which most are, a look at them costs less than a call of JSON.stringify. */
function formatString(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** Whether two values are equal as JSON: members in any order, numbers by their exact value. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a instanceof JsonNumber) return b instanceof JsonNumber && decimal(a.text) === decimal(b.text);
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    return [...a].every(([name, member]) => b.has(name) && equalJson(member, b.get(name)!));
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => equalJson(item, b[index]!));
  }
  return a === b;
}

/** One text for all ways to write a number: `-12e-1` for -1.20. Numbers may have a million digits. */
function decimal(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const digits = `${whole}${fraction}`;
  // By hand: a pattern for the zeros at the end would try anew at each zero within the number.
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  if (start === end) return '0';
  const scale = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - end);
  return `${sign}${digits.slice(start, end)}e${scale}`;
}
