import {
  accessKeyDigest,
  accessKeyHash,
  generateAccessKey,
  isAccessKey,
  maskAccessKey,
  storedKey,
} from '../../../../service/events/apps/access-key';

test('new keys are 64 characters, valid, and never the same', () => {
  const keys = Array.from({ length: 500 }, generateAccessKey);
  expect(keys.every((key) => key.length === 64 && isAccessKey(key))).toBe(true);
  expect(new Set(keys).size).toBe(500);
});

test.each(['a', 'A-Z.z_0~9', '.', 'x'.repeat(64)])('%j may be a key', (key) => {
  expect(isAccessKey(key)).toBe(true);
});

test.each(['', '-a', 'a b', 'a\n', 'ä', 'a/b', 'x'.repeat(65)])('%j may not', (key) => {
  expect(isAccessKey(key)).toBe(false);
});

test.each([
  ['0123456789abcdef', '0123****'],
  ['0123456789abcde', '****'],
  ['a', '****'],
])('%s is shown as %s', (key, mask) => {
  expect(maskAccessKey(key)).toBe(mask);
});

test('what is stored is the SHA-256', () => {
  expect(accessKeyHash('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a key and its digest are stored alike', () => {
  for (const key of ['0123456789abcdef', 'short', '.~-_.~-_.~-_.~-_']) {
    expect(storedKey(accessKeyDigest(key))).toEqual(storedKey(key));
    expect(storedKey(key)).toEqual({ hash: accessKeyHash(key), mask: maskAccessKey(key) });
    expect(isAccessKey(accessKeyDigest(key))).toBe(false);
  }
});

test.each([
  '',
  '-a',
  `sha256:${'0'.repeat(63)}:****`,
  `sha256:${'0'.repeat(64)}:abcdef`,
  `sha256:${'0'.repeat(64)}:a|b ****`,
])('%j is neither', (text) => {
  expect(storedKey(text)).toBeUndefined();
});
