// Marks are the vowels of Hindi and Thai, and accents that are written apart from their letters.
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/**
 * The words of a text in order, in small letters: runs of letters and digits of any script. An accented letter is the same
 * whether it is written as one character or as two.
 */
export const wordsOf = (text: string): readonly string[] => text.normalize('NFC').toLowerCase().match(word) ?? [];
