import fc from 'fast-check';
import { hideKey } from '../../../bin/remote-events/hidden-key';
import { accessKeyHash, storedKey } from '../../../service/events/apps/access-key';

const key = fc.stringMatching(/^[A-Za-z0-9_.~][A-Za-z0-9_.~-]{0,63}$/);

test.each([
  ['app new', '--access-key'],
  ['accesskey new', '--key'],
])('`%s` is given the digest of the key that %s tells, and not the key', (verb, option) => {
  fc.assert(
    fc.property(key, fc.boolean(), (secret, joined) => {
      const told = joined ? [`${option}=${secret}`] : [option, secret];

      const { words } = hideKey([...verb.split(' '), ...told, 'shop']);

      expect(words.slice(0, 3)).toEqual([...verb.split(' '), 'shop']);
      expect(words[3]).toBe(option);
      expect(storedKey(words[4]!)?.hash).toEqual(accessKeyHash(secret));
      expect(words[4]).toMatch(/^sha256:[0-9a-f]{64}:.{0,4}\*{4}$/);
    }),
  );
});

test('without a key one is made, which only the output tells', () => {
  const { words, reveal } = hideKey(['app', 'new', 'shop']);

  const shown = reveal(`[INFO] [Pio$] Access Key: ${words.at(-1)}`);

  const [, made] = /Access Key: (\S+)$/.exec(shown)!;
  expect(made).toMatch(/^[A-Za-z0-9_-]{64}$/);
  expect(words.at(-1)).toContain(accessKeyHash(made!).toString('hex'));
  expect(words.join(' ')).not.toContain(made);
});

test.each([
  [['app', 'list']],
  [['app', 'delete', 'shop', '-f']],
  [['accesskey', 'delete', '--id', '3']],
  [['accesskey', 'list', 'new']],
])('%j makes no key, and is left as it is', (words) => {
  const command = hideKey(words);

  expect(command.words).toEqual(words);
  expect(command.reveal('sha256:')).toBe('sha256:');
});

test('what is no key is passed on, to be refused with the rule for keys', () => {
  expect(hideKey(['app', 'new', 'shop', '--access-key', 'two words']).words).toEqual([
    ...['app', 'new', 'shop'],
    ...['--access-key', 'two words'],
  ]);
});
