/** What a client sent cannot be taken; the message is the answer's, for status 400. */
export class InvalidInputError extends Error {
  override readonly name: string = 'InvalidInputError';
}

/** A value of the client's within a message: its first 100 characters. */
export const quote = (text: string): string =>
  text.length <= 100 ? text : [...text.slice(0, 200)].slice(0, 100).join('');
