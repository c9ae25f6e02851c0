import { accessKeyDigest, generateAccessKey, isAccessKey } from '../../service/events/apps/access-key';

/** A command line that makes a key, without the key. */
export interface KeylessCommand {
  /** With the digest of the key in its place. */
  readonly words: readonly string[];
  /** Puts the key back in, where a text tells its digest. */
  reveal(text: string): string;
}

/** The option that a verb takes its new key by. */
const keyOptions: Readonly<Record<string, string>> = { 'app new': '--access-key', 'accesskey new': '--key' };

/**
 * Takes the key out of a command line that makes one, or makes it here: what runs elsewhere, and what logs there, then
 * knows the digest alone.
 */
export function hideKey(words: readonly string[]): KeylessCommand {
  const option = keyOptions[words.slice(0, 2).join(' ')];
  if (!option) return { words, reveal: (text) => text };
  const { rest, value } = takeOption(words, option);
  const key = value ?? generateAccessKey();
  // What is no key is refused there, with the rule for keys.
  const told = isAccessKey(key) ? accessKeyDigest(key) : key;
  return { words: [...rest, option, told], reveal: (text) => text.replaceAll(told, key) };
}

/** Takes an option out of a command line, written `--key K` or `--key=K`; of several the last counts. */
function takeOption(
  words: readonly string[],
  option: string,
): { readonly rest: readonly string[]; readonly value: string | undefined } {
  const rest: string[] = [];
  let value: string | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word.startsWith(`${option}=`)) value = word.slice(option.length + 1);
    else if (word === option && index + 1 < words.length) value = words[++index];
    else rest.push(word);
  }
  return { rest, value };
}
