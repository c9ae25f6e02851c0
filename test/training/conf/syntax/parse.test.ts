import fc from 'fast-check';
import { parse } from '../../../../training/conf/syntax/parse';
import type { Block, FieldNode, Value } from '../../../../training/conf/syntax/tree';

/** A tree without places, as short as it can be told. */
type PlainValue = readonly [kind: string, text: string] | Plain;
type Plain = readonly (readonly [name: string, ...values: readonly PlainValue[]])[];

const plain = (block: Block): Plain => block.fields.map(plainField);
const plainField = ({ name, values }: FieldNode): Plain[number] => [name, ...values.map(plainValue)];
const plainValue = (value: Value): PlainValue =>
  value.kind === 'block' ? plain(value) : ([value.kind, value.text] as const);

const parsed = (text: string): Plain => {
  const { root, faults } = parse(text);
  expect(faults).toEqual([]);
  return plain(root);
};

const faultsOf = (text: string): string[] =>
  parse(text).faults.map(({ at, message }) => `${at.line}:${at.column}: ${message}`);

test.each([
  ['a colon before a block or none', 'a { b: 1 } a: { b: 1 }'],
  ['pointed brackets', 'a < b: 1 > a: < b: 1 >'],
  ['commas and semicolons between fields', 'a { b: 1, }; a { b: 1; },'],
  ['comments', '# first\na { b: 1 # "}" \n} a { # again\r\nb: 1 }'],
  ['a list of blocks', 'a: [{ b: 1 }, < b: 1 >]'],
  ['a byte order mark', '\uFEFFa { b: 1 } a { b: 1 }'],
])('%s may be written', (_, text) => {
  const flat = parsed(text).flatMap(([name, ...values]) => values.map((value) => [name, value]));

  expect(flat).toEqual([
    ['a', [['b', ['number', '1']]]],
    ['a', [['b', ['number', '1']]]],
  ]);
});

test('a list stands for as many mentions, and may be empty', () => {
  expect(parsed('lambda: [1, .5] file []')).toEqual([['lambda', ['number', '1'], ['number', '.5']], ['file']]);
});

test('an extension is known by its name in the package of linear methods', () => {
  expect(parsed('[PS.LM.delta_max_value] : 5 [other.thing]: 1')).toEqual([
    ['delta_max_value', ['number', '5']],
    ['[other.thing]', ['number', '1']],
  ]);
});

test.each([
  ['\'single\' "double"', 'singledouble'],
  ['"one"\n  "two" # and\n \'three\'', 'onetwothree'],
  [String.raw`"\a\b\f\n\r\t\v\\\'\"\?"`, '\x07\b\f\n\r\t\v\\\'"?'],
  [String.raw`"\101\x42\u0043\U00000044"`, 'ABCD'],
  [String.raw`"\303\251\xc3\xa9é"`, 'ééé'],
])('the string %s is read with the escapes of C', (written, text) => {
  expect(parsed(`file: ${written}`)).toEqual([['file', ['string', text]]]);
});

test.each([
  ['minibatch 100', '1:11: write a colon after "minibatch"'],
  ['a: "open\nb: 1', '1:4: the string "open has no end; close it on its line with "'],
  ['a {\n  b: 1\n', '2:7: expected "}" for "{" in line 1, column 3, not the end of the file'],
  ['a { b: 1 >', '1:10: expected "}" for "{" in line 1, column 3, not ">"'],
  ['a: }', '1:4: expected a value after "a", not "}"'],
  ['}', '1:1: "}" closes nothing'],
  ['a: 1\n= 2', '2:1: cannot read "=" here'],
  ['a: [1 2]', '1:7: expected "]" for "[" in line 1, column 4, not "2"'],
  [String.raw`a: "\q"`, String.raw`1:4: there is no escape \q; a backslash itself is written \\`],
  [String.raw`a: "\xff"`, '1:4: the escapes in the string make no UTF-8 text'],
  [String.raw`a: "\777"`, String.raw`1:4: \777 is more than a byte`],
  [String.raw`a: "\ud800"`, String.raw`1:4: \ud800 is no character`],
  ['5: 1', '1:1: expected the name of a field, not "5"'],
  ['[5]: 1', '1:2: expected [PS.LM.name]'],
])('in %j the fault is told with its place', (text, fault) => {
  expect(faultsOf(text)[0]).toBe(fault);
});

test('faults of several lines are told together, and what lies between is read', () => {
  const { root, faults } = parse('a 1\nb: 2\nc { d 3\n e: 4 }\nf }\ng: 5');

  expect(faults.map(({ at }) => at.line).sort()).toEqual([1, 3, 5, 5]);
  expect(plain(root)).toEqual(
    expect.arrayContaining([
      ['b', ['number', '2']],
      ['c', [['e', ['number', '4']]]],
      ['g', ['number', '5']],
    ]),
  );
});

test('blocks nested without end are a fault and no overflow', () => {
  expect(faultsOf('a{'.repeat(100_000))[0]).toBe('1:202: blocks are nested deeper than 100');
});

test('random text never does worse than give faults', () => {
  const syllable = fc.constantFrom(
    'a',
    '{',
    '}',
    '<',
    '>',
    '[',
    ']',
    ':',
    ',',
    '"',
    "'",
    '\\',
    '#',
    '\n',
    '-1',
    '.5',
    '=',
  );
  const junk = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString()),
    fc.array(syllable, { maxLength: 60 }).map((parts) => parts.join('')),
  );

  fc.assert(fc.property(junk, (text) => void expect(parse(text).faults.length).toBeLessThanOrEqual(20)));
});

/** Fields with the many ways in which each may be written. */
const identifier = fc.stringMatching(/^[A-Za-z_]\w{0,8}$/);
const quoted = fc
  .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('"', "'"), fc.boolean())
  .map(([text, quote, escapeAll]) => ({
    plain: ['string', text] as const,
    text: quote + escaped(text, escapeAll) + quote,
  }));
const scalar = fc.oneof(
  quoted,
  identifier.map((text) => ({ plain: ['name', text] as const, text })),
  fc
    .constantFrom('0', '-1', '1e6', '.5', '-2.5e-3', '0x1F', '017')
    .map((text) => ({ plain: ['number', text] as const, text })),
);
const separator = fc.constantFrom(' ', '\n', ', ', ';\r\n', '\t# a comment\n');

const escaped = (text: string, all: boolean): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const isPlain = byte >= 32 && byte < 127 && !['"', "'", '\\'].includes(String.fromCharCode(byte));
      return isPlain && !all ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
    })
    .join('');

const { fields } = fc.letrec<{ fields: { plain: Plain; text: string } }>((tie) => ({
  fields: fc
    .array(fc.oneof({ depthSize: 'small' }, fieldOf(scalar), fieldOf(blockOf(tie('fields')))), { maxLength: 4 })
    .map((written) => ({ plain: written.map(({ plain }) => plain), text: written.map(({ text }) => text).join('') })),
}));

function blockOf(inside: fc.Arbitrary<{ plain: Plain; text: string }>) {
  return fc
    .tuple(inside, fc.constantFrom(['{', '}'], ['<', '>']))
    .map(([{ plain, text }, [open, close]]) => ({ plain, text: `${open} ${text} ${close}` }));
}

function fieldOf(value: fc.Arbitrary<{ plain: PlainValue; text: string }>) {
  return fc.tuple(identifier, value, fc.array(value, { maxLength: 2 }), separator).map(([name, first, more, end]) => {
    const values = [first, ...more];
    const list = values.map(({ text }) => text).join(' , ');
    const text = more.length > 0 ? `${name}: [${list}]` : `${name} : ${first.text}`;
    return { plain: [name, ...values.map(({ plain }) => plain)] as const, text: text + end };
  });
}

test('whatever is printed is read again as it was', () => {
  fc.assert(fc.property(fields, ({ plain: tree, text }) => expect(parsed(text)).toEqual(tree)));
});
