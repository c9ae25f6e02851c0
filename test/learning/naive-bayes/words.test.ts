import { wordsOf } from '../../../learning/naive-bayes/words';

test('words are runs of letters and digits, in small letters', () => {
  expect(wordsOf("Where's my 2nd parcel?! PARCEL")).toEqual(['where', 's', 'my', '2nd', 'parcel', 'parcel']);
});

test('words of scripts whose vowels are marks stay whole', () => {
  expect(wordsOf('नमस्ते दुनिया')).toEqual(['नमस्ते', 'दुनिया']);
});

test('an accented letter is the same however it is written', () => {
  expect(wordsOf('cafe\u0301')).toEqual(wordsOf('caf\u00e9'));
});

test.each(['', ' ?! ', '😀', '\u0301'])('%j has no words', (text) => {
  expect(wordsOf(text)).toEqual([]);
});
