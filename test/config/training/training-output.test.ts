import fc from 'fast-check';
import { type OutputManifest, parseOutputManifest } from '../../../config/training/training-output';

const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z_]{1,8}(\/[a-z_]{1,8}){0,2}$/);
const score = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
const manifest: fc.Arbitrary<OutputManifest> = fc.record(
  {
    files: fc.array(fc.record({ name, bytes: fc.nat(), sha256 }), { minLength: 1 }),
    evaluation: fc.dictionary(fc.constantFrom('auc', 'logloss', 'examples'), score, { noNullPrototype: true }),
  },
  { requiredKeys: ['files'] },
);

test('what is written is read again', () => {
  fc.assert(
    fc.property(manifest, (written) => {
      const text = JSON.stringify(written);

      expect(parseOutputManifest(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('a job that only scored a model has no files', () => {
  expect(parseOutputManifest('{"files": [], "evaluation": {"auc": 0.75}}').evaluation).toEqual({ auc: 0.75 });
});

const file = { name: 'ctr_S0', bytes: 1, sha256: 'a'.repeat(64) };

test.each([
  ['not JSON', '{', 'it is not JSON'],
  ['nothing', JSON.stringify({ files: [] }), 'it has neither files nor an evaluation'],
  ['a place above', JSON.stringify({ files: [{ ...file, name: '../ctr_S0' }] }), '/files/0/name must match pattern'],
  ['a place above further down', JSON.stringify({ files: [{ ...file, name: 'a/../../b' }] }), '/files/0/name'],
  ['a place of its own', JSON.stringify({ files: [{ ...file, name: '/etc/passwd' }] }), '/files/0/name'],
  [
    'no checksum',
    JSON.stringify({ files: [{ name: 'a', bytes: 1 }] }),
    '/files/0 must have required properties sha256',
  ],
  ['a checksum that is none', JSON.stringify({ files: [{ ...file, sha256: 'abc' }] }), '/files/0/sha256 must match'],
])('a manifest with %s is refused by name of the field', (_, text, message) => {
  expect(() => parseOutputManifest(text)).toThrow(`manifest.json: ${message}`);
});
