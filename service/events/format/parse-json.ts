import { InvalidInputError } from './invalid-input';
import { JsonNumber, type JsonObject, type JsonValue } from './json';

/** Text that is not JSON; line and column count from 1, a column is a character. */
export class JsonSyntaxError extends InvalidInputError {
  override readonly name = 'JsonSyntaxError';
  constructor(
    readonly reason: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`The request body is not valid JSON: ${reason} at line ${line}, column ${column}.`);
  }
}

/**
 * Parses one JSON value as RFC 8259 has it, with nothing but white space round it. Of repeated names the last counts.
 * @param source bytes are UTF-8
 * @throws {JsonSyntaxError} also for bad UTF-8, and for arrays and objects over 100 levels deep
 */
export function parseJson(source: Uint8Array | string): JsonValue {
  const text = typeof source === 'string' ? source : decodeUtf8(source);
  return new JsonParser(text).parse();
}

function decodeUtf8(bytes: Uint8Array): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = source.toString('utf8');
  // Only a decoder that met bad bytes, or a text that holds this character, makes U+FFFD.
  if (!text.includes('\ufffd')) return text;
  const good = Buffer.from(text, 'utf8');
  let end = 0;
  while (end < source.length && source[end] === good[end]) end += 1;
  if (end === source.length && end === good.length) return text;
  // The bytes that agree may end within the U+FFFD.
  while ((good[end]! & 0xc0) === 0x80) end -= 1;
  const before = good.toString('utf8', 0, end);
  throw syntaxErrorAt(before, before.length, 'bad UTF-8');
}

/** An error at an offset of a text. */
function syntaxErrorAt(text: string, offset: number, reason: string): JsonSyntaxError {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return new JsonSyntaxError(reason, before.split('\n').length, [...before.slice(lineStart)].length + 1);
}

/** Arrays and objects may lie this deep in each other. */
const maxDepth = 100;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const fourHexDigits = /[0-9a-fA-F]{4}/y;

const literals = { t: ['true', true], f: ['false', false], n: ['null', null] } as const;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * A parser of our own because none keeps all of a value: JSON.parse rounds numbers, and the libraries that keep them
 * lose the name `__proto__` or refuse repeated names.
 */
class JsonParser {
  #at = 0;
  #depth = 0;

  constructor(private readonly text: string) {}

  parse(): JsonValue {
    const first = this.#next();
    if (first === undefined) throw this.#fault('the body is empty');
    const value = this.#value(first);
    if (this.#next() !== undefined) throw this.#unexpected('nothing more');
    return value;
  }

  /** Skips white space. */
  #next(): string | undefined {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return text[this.#at];
      this.#at += 1;
    }
  }

  #value(first: string | undefined): JsonValue {
    switch (first) {
      case '"':
        return this.#string();
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case 't':
      case 'f':
      case 'n':
        return this.#literal(first);
      default:
        return this.#number();
    }
  }

  #object(): JsonObject {
    const object: JsonObject = new Map();
    this.#enter();
    let character = this.#next();
    while (character !== '}') {
      if (character !== '"') throw this.#unexpected('a name in double quotes');
      const name = this.#string();
      if (this.#next() !== ':') throw this.#unexpected("':'");
      this.#at += 1;
      object.set(name, this.#value(this.#next()));
      character = this.#next();
      if (character === '}') break;
      if (character !== ',') throw this.#unexpected("',' or '}'");
      this.#at += 1;
      character = this.#next();
      if (character === '}') throw this.#unexpected('a name in double quotes');
    }
    this.#leave();
    return object;
  }

  #array(): JsonValue[] {
    const array: JsonValue[] = [];
    this.#enter();
    let character = this.#next();
    while (character !== ']') {
      array.push(this.#value(character));
      character = this.#next();
      if (character === ']') break;
      if (character !== ',') throw this.#unexpected("',' or ']'");
      this.#at += 1;
      character = this.#next();
      if (character === ']') throw this.#unexpected('a value');
    }
    this.#leave();
    return array;
  }

  /** Takes an opening bracket. */
  #enter(): void {
    if (this.#depth === maxDepth) throw this.#fault(`more than ${maxDepth} levels`);
    this.#depth += 1;
    this.#at += 1;
  }

  /** Takes a closing bracket. */
  #leave(): void {
    this.#depth -= 1;
    this.#at += 1;
  }

  #literal(first: keyof typeof literals): boolean | null {
    const [word, value] = literals[first];
    if (!this.text.startsWith(word, this.#at)) throw this.#unexpected('a value');
    this.#at += word.length;
    return value;
  }

  #number(): JsonNumber {
    const digits = this.#match(number);
    if (digits === undefined) throw this.#unexpected('a value');
    return new JsonNumber(digits);
  }

  #string(): string {
    const { text } = this;
    const start = this.#at;
    this.#at += 1;
    let value = this.#plain();
    for (;;) {
      const character = text[this.#at];
      if (character === '"') {
        this.#at += 1;
        return value;
      }
      if (character === undefined) {
        this.#at = start;
        throw this.#fault('a string without an end');
      }
      if (character !== '\\') throw this.#fault(`${shown(character)} in a string must be escaped`);
      value += this.#escape() + this.#plain();
    }
  }

  /** All that stands for itself. */
  #plain(): string {
    const { text } = this;
    const start = this.#at;
    let end = start;
    for (;;) {
      const code = text.charCodeAt(end);
      // Not a number behind the end.
      if (!(code >= 0x20) || code === 0x22 || code === 0x5c) break;
      end += 1;
    }
    this.#at = end;
    return text.slice(start, end);
  }

  #escape(): string {
    const letter = this.text[this.#at + 1] ?? '';
    const character = escapes[letter];
    if (character !== undefined) {
      this.#at += 2;
      return character;
    }
    fourHexDigits.lastIndex = this.#at + 2;
    const code = letter === 'u' ? fourHexDigits.exec(this.text)?.[0] : undefined;
    if (code === undefined) throw this.#fault('an unknown escape');
    this.#at += 6;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  /** Takes what the sticky pattern finds here. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unexpected(wanted: string): Error {
    const code = this.text.codePointAt(this.#at);
    const found = code === undefined ? 'the end' : shown(String.fromCodePoint(code));
    return this.#fault(`expected ${wanted}, found ${found}`);
  }

  #fault(reason: string): Error {
    return syntaxErrorAt(this.text, this.#at, reason);
  }
}

/** What cannot be seen is told by its code. */
const shown = (character: string): string =>
  /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? `'${character}'`
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
