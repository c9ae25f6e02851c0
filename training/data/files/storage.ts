import type { DataFile } from '../part';

/** A place that holds data files. Folders are written with their last slash; '' is the working folder. */
export interface FileStorage {
  /** The file of exactly this name. */
  find(name: string): Promise<DataFile | undefined>;
  /** The files in a folder and in those up to `depth` levels below; none if there is no such folder. */
  list(folder: string, depth: number): Promise<readonly DataFile[]>;
  /** Some names that stand in a folder, folders with a slash; undefined if there is no such folder. */
  names(folder: string): Promise<readonly string[] | undefined>;
  /**
   * The bytes of a file from `start` up to `end`.
   * @throws {DataError} if it cannot be read, or is not what it was when it was found
   */
  read(file: DataFile, start: number, end: number): AsyncIterable<Uint8Array>;
}

/** How much is read at once, in bytes. */
export const chunkBytes = 1024 ** 2;

export const isCompressed = (name: string): boolean => name.endsWith('.gz');
