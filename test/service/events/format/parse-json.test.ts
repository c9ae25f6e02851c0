import fc from 'fast-check';
import { equalJson, formatJson, JsonNumber, type JsonValue } from '../../../../service/events/format/json';
import { parseJson } from '../../../../service/events/format/parse-json';

/** The value as JSON.parse gives it. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

/** White space between the tokens of a text without any. */
const spaced = (text: string, space: string) =>
  text.replace(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g, (token) => `${space}${token}${space}`);

const message = (reason: string, line: number, column: number) =>
  `The request body is not valid JSON: ${reason} at line ${line}, column ${column}.`;

test('valid documents parse to what JSON.parse makes of them, whatever stands between the tokens', () => {
  const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), space, (text, between) => {
      expect(plain(parseJson(spaced(text, between)))).toEqual(JSON.parse(text));
    }),
  );
});

test('a document with a character taken out, put in or changed is refused exactly if JSON.parse refuses it', () => {
  const edit = fc.record({
    at: fc.nat(),
    removed: fc.nat({ max: 2 }),
    inserted: fc.string({ unit: 'binary-ascii', maxLength: 2 }),
  });
  const accepts = (parse: (text: string) => unknown, text: string) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(fc.json(), edit, (text, { at, removed, inserted }) => {
      const start = at % (text.length + 1);
      const edited = text.slice(0, start) + inserted + text.slice(start + removed);
      expect([edited, accepts(parseJson, edited)]).toEqual([edited, accepts(JSON.parse, edited)]);
    }),
    { numRuns: 2000 },
  );
});

test('a value that is formatted and parsed again is equal, text for text', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      const once = formatJson(parseJson(text));
      expect(formatJson(parseJson(once))).toBe(once);
      expect(equalJson(parseJson(text), parseJson(once))).toBe(true);
    }),
  );
});

test.each(['12345678901234567890123', '0.1000000000000000000000001', '1e400', '-0', '1.0', '1E+05'])(
  'the number %s stays as it was written',
  (digits) => {
    expect(formatJson(parseJson(`[${digits}]`))).toBe(`[${digits}]`);
  },
);

test.each([
  '{"__proto__":{"a":"b"},"constructor":null,"":""}',
  '{"10":null,"2":null}',
  '"a\\u0000b"',
  '"\\ud800"',
  '["\\udc00\\ud800"]',
])('nothing of %s is lost', (text) => {
  expect(formatJson(parseJson(text))).toBe(text);
});

test('of repeated names the last counts', () => {
  expect(formatJson(parseJson('{"a":1,"b":2,"a":3}'))).toBe('{"a":3,"b":2}');
});

test('bytes are read as UTF-8, and U+FFFD may stand in them', () => {
  expect(parseJson(Buffer.from('"ä€😀\ufffd"'))).toBe('ä€😀\ufffd');
});

test('a hundred levels are taken', () => {
  const text = '['.repeat(100) + ']'.repeat(100);
  expect(formatJson(parseJson(text))).toBe(text);
});

test.each([
  ['', 'the body is empty', 1, 1],
  [' \n ', 'the body is empty', 2, 2],
  ['[1,]', "expected a value, found ']'", 1, 4],
  ['[,1]', "expected a value, found ','", 1, 2],
  ['[1 2]', "expected ',' or ']', found '2'", 1, 4],
  ['{"a":1,}', "expected a name in double quotes, found '}'", 1, 8],
  ['{"a":1 "b":2}', "expected ',' or '}', found '\"'", 1, 8],
  ['{"a" 1}', "expected ':', found '1'", 1, 6],
  ["{'a':1}", "expected a name in double quotes, found '''", 1, 2],
  ['{"a":1', "expected ',' or '}', found the end", 1, 7],
  ['[1] // why', "expected nothing more, found '/'", 1, 5],
  ['/* why */ 1', "expected a value, found '/'", 1, 1],
  ['1 2', "expected nothing more, found '2'", 1, 3],
  ['01', "expected nothing more, found '1'", 1, 2],
  ['1.', "expected nothing more, found '.'", 1, 2],
  ['+1', "expected a value, found '+'", 1, 1],
  ['NaN', "expected a value, found 'N'", 1, 1],
  ['nul', "expected a value, found 'n'", 1, 1],
  ['"a', 'a string without an end', 1, 1],
  ['"a\nb"', 'U+000A in a string must be escaped', 1, 3],
  ['"\\x"', 'an unknown escape', 1, 2],
  ['"\\u12g4"', 'an unknown escape', 1, 2],
  ['\ufeff1', 'expected a value, found U+FEFF', 1, 1],
  ['{\n "ä😀": x}', "expected a value, found 'x'", 2, 8],
  [`${'['.repeat(101)}${']'.repeat(101)}`, 'more than 100 levels', 1, 101],
])('%j is refused: %s', (text, reason, line, column) => {
  expect(() => parseJson(text)).toThrow(message(reason, line, column));
});

test.each([
  ['a stray byte', [0x22, 0x61, 0xff, 0x22], 1, 3],
  ['a cut character', [0x22, 0xc3, 0x22], 1, 2],
  ['a byte that continues nothing', [0x22, 0x61, 0x80, 0x22], 1, 3],
  ['a surrogate in three bytes', [0x0a, 0x22, 0xed, 0xa0, 0x80, 0x22], 2, 2],
  ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 1, 2],
  ['a cut character at the end', [0x22, 0xe2, 0x82], 1, 2],
  ['a character cut behind one that agrees with U+FFFD', [0x22, 0xef, 0xbf, 0x22], 1, 2],
])('%s is bad UTF-8', (_, bytes, line, column) => {
  expect(() => parseJson(Buffer.from(bytes))).toThrow(message('bad UTF-8', line, column));
});
