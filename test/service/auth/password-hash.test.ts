import fc from 'fast-check';
import { hashPassword, parsePasswordHash, passwordFits } from '../../../service/auth/password-hash';

const parsed = (text: string) => parsePasswordHash(text) ?? fail(text);
const fail = (text: string): never => {
  throw new Error(`malformed: ${text}`);
};
const salt = Buffer.alloc(16).toString('base64');
const key = Buffer.alloc(32).toString('base64');

describe('a stored password', () => {
  test('fits itself and no other', async () => {
    // GIVEN
    const stored = parsed(await hashPassword('pässwörd:1'));
    // WHEN
    const fits = await Promise.all(['pässwörd:1', 'pässwörd:2', ''].map((password) => passwordFits(password, stored)));
    // THEN
    expect(fits).toEqual([true, false, false]);
  });

  test('fits however the keyboard composed its accents', async () => {
    const stored = parsed(await hashPassword('caf\u00e9'));
    expect(await passwordFits('cafe\u0301', stored)).toBe(true);
  });

  test('is salted', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  test('is checked as RFC 7914 derives it', async () => {
    // The third test vector of section 12.
    const expected = Buffer.from(
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
        'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
      'hex',
    ).toString('base64');
    const sodium = Buffer.from('SodiumChloride').toString('base64');
    expect(await passwordFits('pleaseletmein', parsed(`scrypt$16384$8$1$${sodium}$${expected}`))).toBe(true);
  });
});

describe('a malformed hash', () => {
  test.each([
    ['another scheme', `bcrypt$16384$8$1$${salt}$${key}`],
    ['a cost that is no power of two', `scrypt$16383$8$1$${salt}$${key}`],
    ['a cost of one', `scrypt$1$8$1$${salt}$${key}`],
    ['more memory than 256 MiB', `scrypt$524288$8$1$${salt}$${key}`],
    ['endless repetition', `scrypt$16384$8$99999$${salt}$${key}`],
    ['a short salt', `scrypt$16384$8$1$AAAA$${key}`],
    ['a short key', `scrypt$16384$8$1$${salt}$AAAA`],
    ['a missing part', `scrypt$16384$8$1$${salt}`],
    ['a part too many', `scrypt$16384$8$1$${salt}$${key}$`],
  ])('is refused: %s', (_, text) => {
    expect(parsePasswordHash(text)).toBeUndefined();
  });

  test('never makes the parser throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.nat().map(String)), { maxLength: 6 }), (parts) => {
        expect(() => parsePasswordHash(['scrypt', ...parts].join('$'))).not.toThrow();
      }),
    );
  });
});
