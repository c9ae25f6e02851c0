import { dashed, parseVersion, underscored } from '../../config/version';

describe('a version', () => {
  test('is read with the blanks around it that a file may have', () => {
    expect(parseVersion('1.20.3\n')).toBe('1.20.3');
  });

  test('names stacks with dashes and tables with underscores', () => {
    const version = parseVersion('1.20.3');
    expect([dashed(version), underscored(version)]).toEqual(['1-20-3', '1_20_3']);
  });

  test.each(['1.2', '01.2.3', '1.2.3-rc1', 'v1.2.3', '1.2.3.4', ''])('is not %p', (text) => {
    expect(() => parseVersion(text)).toThrow('is not a version: write MAJOR.MINOR.PATCH');
  });
});
