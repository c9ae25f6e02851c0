/** What is asked for cannot be done; the message, of one or more lines, is for users. */
export class AppError extends Error {
  override readonly name = 'AppError';
}
