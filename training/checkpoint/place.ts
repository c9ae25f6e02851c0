/** Where the checkpoints of a job are kept: files in numbered folders. A place out of reach is told by a DataError. */
export interface CheckpointPlace {
  /** The names of the folders; none if there is no checkpoint yet. */
  folders(): Promise<readonly string[]>;
  /** Makes sure that a file could be written, and writes nothing. */
  requireWritable(folder: string, file: string): Promise<void>;
  /**
   * Writes a file, which is there only once it is whole, and stays.
   * @returns its SHA-256, in hexadecimal
   */
  write(folder: string, file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string>;
  /** @throws {Error} if it is not there */
  read(folder: string, file: string): AsyncIterable<Buffer>;
  remove(folder: string): Promise<void>;
  removeAll(): Promise<void>;
}
