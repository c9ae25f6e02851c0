import { BadLineFault, excerpt } from './bad-line';

const space = 0x20;
const tab = 0x09;
const zero = 0x30;
const dot = 0x2e;
const minus = 0x2d;
const plus = 0x2b;

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Decimals of up to 15 digits are whole numbers over one of these, both exact, so that one division rounds correctly. */
const exactDigits = 15;
const powersOfTen = Float64Array.from({ length: exactDigits + 1 }, (_, power) => 10 ** power);

/**
 * Walks over the tokens of a line. Tokens end at blanks (spaces and tabs), at the separators of the format, and with the
 * line; what is read has to fill its token.
 */
export class LineScanner {
  /** Where the walk stands, and where the line ends. */
  at = 0;
  end = 0;
  /** The last key read, low and high word. */
  low = 0;
  high = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly endsToken = new Uint8Array(256);

  /** @param separators ASCII characters that end a token beside blanks */
  constructor(separators: string) {
    for (const byte of Buffer.from(` \t${separators}`)) this.endsToken[byte] = 1;
  }

  /** Starts a line. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Goes to the next byte that is no blank; tells whether there is one. */
  skipBlanks(): boolean {
    const { bytes, end } = this;
    let { at } = this;
    while (at < end && (bytes[at] === space || bytes[at] === tab)) at++;
    this.at = at;
    return at < end;
  }

  /** Goes over the byte if it comes next. */
  skip(byte: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** Tells whether the byte comes next. */
  isAt(byte: number): boolean {
    return this.at < this.end && this.bytes[this.at] === byte;
  }

  /** Goes to the end of the token that starts here. */
  skipToken(): void {
    this.at = this.tokenEnd(this.at);
  }

  /** Reads an unsigned 64-bit number into `low` and `high`. */
  readKey(what: string): void {
    const { bytes, end, at: start } = this;
    let at = start;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = at - start;
    if (digits === 0 || (at < end && this.endsToken[bytes[at]!] === 0)) this.refuseKey(what);
    if (digits <= exactDigits) {
      this.low = value >>> 0;
      this.high = (value / 2 ** 32) >>> 0;
    } else {
      this.readWideKey(what, at);
    }
    this.at = at;
  }

  /** Reads a finite decimal number, correctly rounded. */
  readNumber(what: string): number {
    const { bytes, end, at: start } = this;
    let at = start;
    const negative = at < end && bytes[at] === minus;
    if (negative || (at < end && bytes[at] === plus)) at++;
    const first = at;
    let value = 0;
    let point = -1;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      const digit = byte - zero;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (byte === dot && point < 0) point = at;
      else break;
    }
    const digits = point < 0 ? at - first : at - first - 1;
    if (digits === 0 || digits > exactDigits || (at < end && this.endsToken[bytes[at]!] === 0)) {
      return this.readAnyNumber(what);
    }
    this.at = at;
    if (point >= 0) value /= powersOfTen[at - point - 1]!;
    return negative ? -value : value;
  }

  /** Reads a whole number of at most 15 digits. */
  readInteger(what: string): number {
    const start = this.at;
    const token = this.token();
    if (!/^[+-]?\d{1,15}$/.test(token)) {
      throw new BadLineFault(`${what} ${this.excerptFrom(start)} is not a whole number`);
    }
    this.at = this.tokenEnd(start);
    return Number(token);
  }

  /** Reads a feature group, a whole number in the given range. */
  readGroup(least: number, most: number): number {
    const start = this.at;
    this.readKey('group');
    if (this.high !== 0 || this.low < least || this.low > most) {
      throw new BadLineFault(`group ${this.excerptFrom(start)} is not from ${least} to ${most}`);
    }
    return this.low;
  }

  /** The token that starts at a place, as messages show it: with the separator that stands where it is missing. */
  excerptFrom(start: number): string {
    const end = this.tokenEnd(start);
    const isBlank = start >= this.end || this.bytes[start] === space || this.bytes[start] === tab;
    return excerpt(this.bytes, start, end > start || isBlank ? end : this.tokenEnd(start + 1));
  }

  private tokenEnd(start: number): number {
    const { bytes, end, endsToken } = this;
    let at = start;
    while (at < end && endsToken[bytes[at]!] === 0) at++;
    return at;
  }

  private token(): string {
    let text = '';
    for (let at = this.at, end = this.tokenEnd(at); at < end; at++) text += String.fromCharCode(this.bytes[at]!);
    return text;
  }

  private readAnyNumber(what: string): number {
    const start = this.at;
    const token = this.token();
    const value = number.test(token) ? Number(token) : Number.NaN;
    if (!Number.isFinite(value)) throw new BadLineFault(`${what} ${this.excerptFrom(start)} is not a finite number`);
    this.at = this.tokenEnd(start);
    return value;
  }

  /** Reads the digits up to `end`, too many for a double. */
  private readWideKey(what: string, end: number): void {
    let low = 0;
    let high = 0;
    for (let at = this.at; at < end; at++) {
      low = low * 10 + this.bytes[at]! - zero;
      high = high * 10 + Math.floor(low / 2 ** 32);
      low %= 2 ** 32;
      if (high >= 2 ** 32) this.refuseKey(what);
    }
    this.low = low;
    this.high = high;
  }

  private refuseKey(what: string): never {
    throw new BadLineFault(`${what} ${this.excerptFrom(this.at)} is not a whole number from 0 to 2^64 - 1`);
  }
}
