import fc from 'fast-check';
import { decodeState, encodeState } from '../../custom-models/state-bytes';

const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.float64Array(),
  fc.uint8Array(),
  fc.float32Array(),
);
const { state } = fc.letrec<{ state: unknown }>((tie) => ({
  state: fc.oneof(
    leaf,
    fc.array(tie('state'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z\n]{1,5}$/), tie('state'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test('a state comes back from its bytes as it was', () => {
  fc.assert(fc.property(state, (value) => expect(decodeState(encodeState(value))).toEqual(value)));
});

test('a state comes back from wherever its bytes lie in a buffer', () => {
  const bytes = encodeState({ weights: Float64Array.of(1, 2.5) });
  const shifted = Buffer.concat([Buffer.from('abc'), bytes]).subarray(3);

  expect(decodeState(shifted)).toEqual({ weights: Float64Array.of(1, 2.5) });
});

test('what cannot be kept is named', () => {
  expect(() => encodeState({ seen: [new Set()] })).toThrow('state.seen[0] is a Set, which cannot be kept');
  expect(() => encodeState(undefined)).toThrow('state is undefined, which cannot be kept');
});
