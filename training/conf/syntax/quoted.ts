const simple: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  '?': 0x3f,
};

const piece = /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|[^\\]+/gu;

/**
 * The text between quotes, with the escapes of C: those of bytes, such as `\303\251`, make up UTF-8.
 * @throws {RangeError} whose message is what is wrong
 */
export function unquote(quoted: string): string {
  const parts = [...quoted.slice(1, -1).matchAll(piece)].map(bytesOf);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    throw new RangeError('the escapes in the string make no UTF-8 text');
  }
}

function bytesOf([whole, octal, hex, short, long, other]: RegExpMatchArray): Buffer {
  if (octal) return byte(Number.parseInt(octal, 8), whole);
  if (hex) return byte(Number.parseInt(hex, 16), whole);
  if (short ?? long) return character(Number.parseInt((short ?? long)!, 16), whole);
  if (other === undefined) return Buffer.from(whole);
  const code = simple[other];
  if (code === undefined) throw new RangeError(`there is no escape \\${other}; a backslash itself is written \\\\`);
  return Buffer.of(code);
}

function byte(value: number, written: string): Buffer {
  if (value > 0xff) throw new RangeError(`${written} is more than a byte`);
  return Buffer.of(value);
}

function character(code: number, written: string): Buffer {
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > 0x10ffff || surrogate) throw new RangeError(`${written} is no character`);
  return Buffer.from(String.fromCodePoint(code));
}
