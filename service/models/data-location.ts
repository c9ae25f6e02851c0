import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { MissingFileError, type ModelStore } from './model-store';
import { openModelStore } from './open-model-store';

/** A name that leads out of the data location; HTTP 400. */
export class OutsideDataLocationError extends Error {
  override readonly name = 'OutsideDataLocationError';
  constructor() {
    super('must be a file in the data location');
  }
}

/** The place whose files a client may name: the data directory, or in AWS where the models are. */
export class DataLocation {
  readonly #store: ModelStore;
  readonly #root: string;

  /** @param location a folder, or `s3://bucket/prefix` */
  constructor(location: string) {
    this.#store = openModelStore(location);
    this.#root = location.startsWith('s3:') ? location.replace(/\/+$/, '') : resolve(location);
  }

  /**
   * Reads a file.
   * @param name relative to the location, or in full
   * @throws {OutsideDataLocationError}
   * @throws {MissingFileError}
   */
  async read(name: string): Promise<Uint8Array> {
    const key = this.#root.startsWith('s3:')
      ? this.#keyOfObject(name)
      : relative(this.#root, resolve(this.#root, name));
    if (key === '' || isAbsolute(key) || key.split('/')[0] === '..' || key.includes('\0')) {
      throw new OutsideDataLocationError();
    }
    if (!this.#root.startsWith('s3:')) await this.#checkFile(key);
    return this.#store.read(key);
  }

  /** A link may lead out of the folder, and a pipe would hold up the reader for ever. */
  async #checkFile(key: string): Promise<void> {
    const [root, path] = await Promise.all([realpath(this.#root), realpath(join(this.#root, key))]).catch((error) => {
      throw error.code === 'ENOENT' ? new MissingFileError(key, { cause: error }) : error;
    });
    if (!path.startsWith(root + sep) || !(await stat(path)).isFile()) throw new OutsideDataLocationError();
  }

  #keyOfObject(name: string): string {
    if (name.startsWith(`${this.#root}/`)) return normalize(name.slice(this.#root.length + 1));
    if (/^[a-z0-9]+:/.test(name)) throw new OutsideDataLocationError();
    return normalize(name);
  }
}
