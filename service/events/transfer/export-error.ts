/** An export that cannot be done; the message names the folder. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}
