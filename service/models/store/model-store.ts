/** A file in the store. */
export interface StoredFile {
  readonly key: string;
  readonly modifiedAt: Date;
}

/**
 * Where the files of the revisions are. A key has parts between slashes, `1.0.0/iris/3-0123456789abcdef.model`; a file
 * is written once and never changed.
 */
export interface ModelStore {
  /** Resolves when the whole file is durable; nobody ever sees a part of it. */
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws {MissingFileError} */
  read(key: string): Promise<Uint8Array>;
  /** An absent file is no error. */
  remove(key: string): Promise<void>;
  /** All files whose key starts with `folder` and a slash. */
  list(folder: string): Promise<readonly StoredFile[]>;
}

/** The store holds no such file. */
export class MissingFileError extends Error {
  override readonly name = 'MissingFileError';
  constructor(key: string, options?: ErrorOptions) {
    super(`there is no file ${key} in the model store`, options);
  }
}
