import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  decodeModelFile,
  encodeModelFile,
  type ModelArray,
  type ModelFile,
  ModelFileError,
} from '../../learning/model-file';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const label = fc.oneof(fc.string({ unit: 'binary' }), finite);
const name = fc.string({ minLength: 1 });
const key = name.filter((text) => text !== '__proto__');

const features = fc.array(
  fc.oneof(
    fc.record({
      name,
      aliases: fc.array(fc.string()),
      type: fc.constantFrom('float' as const, 'int' as const, 'bool' as const),
    }),
    fc.record({
      name,
      aliases: fc.array(fc.string()),
      type: fc.constant('str' as const),
      categories: fc.array(fc.string({ unit: 'binary' })),
    }),
  ),
  { maxLength: 4 },
);

const header = fc.record({
  algorithm: name,
  model: name,
  features,
  classes: fc.option(fc.array(label)),
  hyperparameters: fc.dictionary(key, finite, { noNullPrototype: true }),
  params: fc.dictionary(key, fc.oneof(finite, fc.string(), fc.boolean()), { noNullPrototype: true }),
  scores: fc.record({ train: finite, test: fc.option(finite) }),
  data: fc.record({
    sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    rows: fc.nat(),
  }),
  createdAt: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
});

const array = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }).chain((shape): fc.Arbitrary<ModelArray> => {
  const length = shape.reduce((product, size) => product * size, 1);
  const exactly = (size: number) => ({ minLength: size, maxLength: size });
  return fc.oneof(
    fc.record({
      dtype: fc.constant('float64' as const),
      shape: fc.constant(shape),
      values: fc.float64Array(exactly(length)),
    }),
    fc.record({
      dtype: fc.constant('uint64' as const),
      shape: fc.constant(shape),
      values: fc.uint32Array(exactly(2 * length)),
    }),
    fc.record({
      dtype: fc.constant('text' as const),
      shape: fc.constant(shape),
      values: fc.array(fc.string({ unit: 'binary' }), exactly(length)),
    }),
  );
});

const modelFiles: fc.Arbitrary<ModelFile> = fc.record({
  header,
  arrays: fc.array(fc.tuple(fc.string(), array), { maxLength: 3 }).map((entries) => new Map(entries)),
});

const example: ModelFile = {
  header: {
    algorithm: 'softmax',
    model: 'iris',
    features: [{ name: 'petal_width', type: 'float', aliases: ['pental_width'] }],
    classes: ['setosa', 'virginica'],
    hyperparameters: { lambda: 1 },
    params: {},
    scores: { train: 0.97, test: null },
    data: { sha256: 'ab'.repeat(32), rows: 150 },
    createdAt: '2024-05-06T07:08:09.010Z',
  },
  arrays: new Map([
    ['weights', { dtype: 'float64', shape: [1, 2], values: Float64Array.of(-1.5, 1.5) }],
    ['intercepts', { dtype: 'float64', shape: [2], values: Float64Array.of(0.25, -0.25) }],
  ]),
};

/** Changes the content of a file and makes its checksum right again, as only a faulty or hostile writer would. */
function forge(change: (bytes: Buffer) => Buffer | undefined, file = example): Uint8Array {
  const original = Buffer.from(encodeModelFile(file));
  const body = Buffer.from(original.subarray(0, -32));
  const changed = change(body) ?? body;
  changed.writeBigUInt64LE(BigInt(changed.length + 32), 16);
  return Buffer.concat([changed, createHash('sha256').update(changed).digest()]);
}

const replaceText = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');

describe('the model file', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(modelFiles, (file) => {
        expect(decodeModelFile(encodeModelFile(file))).toEqual(file);
      }),
    );
  });

  test('is the same bytes for the same model', () => {
    expect(encodeModelFile(example)).toEqual(encodeModelFile(structuredClone(example)));
  });

  test('can be read from the middle of a larger buffer', () => {
    const bytes = encodeModelFile(example);
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 3);

    expect(decodeModelFile(larger.subarray(3, 3 + bytes.length))).toEqual(example);
  });

  test('is refused if any bit of any byte is flipped', () => {
    const bytes = encodeModelFile(example);
    for (let position = 0; position < bytes.length; position++) {
      const damaged = bytes.slice();
      damaged[position]! ^= 1 << (position % 8);

      expect(() => decodeModelFile(damaged)).toThrow(ModelFileError);
    }
  });

  test('is refused at any other length', () => {
    const bytes = encodeModelFile(example);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeModelFile(bytes.slice(0, length))).toThrow(ModelFileError);
    }
    expect(() => decodeModelFile(Uint8Array.of(...bytes, 0))).toThrow(/bytes instead of/);
  });

  test('is refused with a ModelFileError whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeModelFile(Buffer.concat([Buffer.from('MODELAPP'), bytes]))).toThrow(ModelFileError);
      }),
    );
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['another file', () => Buffer.from('PK\u0003\u0004 something else'), /is not a model file/],
    ['a cut file', () => encodeModelFile(example).slice(0, 20), /cut off: it has only 20 bytes/],
    ['another format', () => forge((bytes) => void bytes.writeUInt32LE(2, 8)), /has format 2, but only format 1/],
    ['a lost byte', () => encodeModelFile(example).slice(0, -1), /bytes instead of/],
    ['a flipped bit', () => encodeModelFile(example).map((byte, i) => (i === 40 ? byte ^ 1 : byte)), /checksum/],
    ['a header beyond the end', () => forge((bytes) => void bytes.writeUInt32LE(0xffff, 12)), /header.*longer than/],
    ['a header that is no JSON', () => forge(replaceText('{"algorithm"', '["algorithm"')), /is not JSON/],
    ['a header without a field', () => forge(replaceText('"model"', '"other"')), /header.*not valid/],
    ['an unknown array type', () => forge(replaceText('float64', 'float16')), /'weights'.*unknown type 'float16'/],
    ['a repeated array', () => forge(replaceText('"intercepts","dtype"', '"weights","dtype"')), /'weights'.*twice/],
    ['too large a shape', () => forge(replaceText('[1,2]', '[9,9]')), /'weights' of shape \[9,9\] does not fit/],
    ['too small a shape', () => forge(replaceText('[1,2]', '[1,1]')), /8 bytes of the model file belong to no array/],
  ])('tells %s apart in one line', (_, make, message) => {
    const decode = () => decodeModelFile(make());

    expect(decode).toThrow(ModelFileError);
    expect(decode).toThrow(message);
    expect(decode).not.toThrow(/\n/);
  });

  test.each<[string, string, string]>([
    ['that are cut off', '["a","b"]', '["a","b"'],
    ['of another number', '["a","b"]', '["a,,b"]'],
    ['that are no texts', '["a","b"]', '["a",123]'],
  ])('is refused with texts %s', (_, from, to) => {
    const texts: ModelFile = {
      ...example,
      arrays: new Map([['items', { dtype: 'text', shape: [2], values: ['a', 'b'] }]]),
    };

    expect(() => decodeModelFile(forge(replaceText(from, to), texts))).toThrow(/'items' of shape \[2\] does not fit/);
  });

  test('is not written with a score that is no number', () => {
    const scores = { train: Number.NaN, test: null };

    expect(() => encodeModelFile({ ...example, header: { ...example.header, scores } })).toThrow(/scores\/train/);
  });

  test('is not written with an array that does not fill its shape', () => {
    const arrays = new Map<string, ModelArray>([
      ['weights', { dtype: 'float64', shape: [2, 2], values: Float64Array.of(1, 2, 3) }],
    ]);

    expect(() => encodeModelFile({ ...example, arrays })).toThrow(/'weights' of shape \[2,2\] cannot hold 3 values/);
  });
});
