/** An import that cannot be done; the message names the file or the line. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
