import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { MissingFileError, type ModelStore } from './model-store';
import { openModelStore } from './open-model-store';

type Kind = 'file' | 'folder';

/** A name that leads out of the data location; HTTP 400. */
export class OutsideDataLocationError extends Error {
  override readonly name = 'OutsideDataLocationError';
  constructor(what: Kind = 'file') {
    super(`must be a ${what} in the data location`);
  }
}

/** A folder of the data location that cannot be used; HTTP 400. */
export class UnusableFolderError extends Error {
  override readonly name = 'UnusableFolderError';
}

/** What the service itself keeps in a data directory; where only models are kept, they are in a folder for each version. */
const ownNames = /^(?:keys\.json|lock|models|postgres|spool|\d+\.\d+\.\d+)$/i;

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
    const key = this.#keyOf(name, 'file');
    if (!this.#isBucket) await this.#checkFile(key);
    return this.#store.read(key);
  }

  /**
   * The files of a folder.
   * @param name relative to the location, or in full
   * @throws {OutsideDataLocationError}
   * @throws {UnusableFolderError} if the service itself keeps something there, or the file system refuses
   */
  async folder(name: string): Promise<DataFolder> {
    const key = this.#keyOf(name, 'folder').replace(/\/+$/, '');
    if (ownNames.test(key.split('/')[0] as string)) {
      throw new UnusableFolderError('is what the service itself keeps; name another folder');
    }
    if (this.#isBucket) return new DataFolder(this.#store, key, async () => {});
    await usable(this.#checkFolder(key));
    return new DataFolder(this.#store, key, (file) => this.#checkFile(file));
  }

  get #isBucket(): boolean {
    return this.#root.startsWith('s3:');
  }

  #keyOf(name: string, what: Kind): string {
    const key = this.#isBucket ? this.#keyOfObject(name, what) : this.#keyOfFile(name, what);
    if (key === '' || key === '.' || isAbsolute(key) || key.split('/')[0] === '..' || key.includes('\0')) {
      throw new OutsideDataLocationError(what);
    }
    return key;
  }

  #keyOfFile(name: string, what: Kind): string {
    if (/^[a-z0-9]+:\/\//.test(name)) throw new OutsideDataLocationError(what);
    return relative(this.#root, resolve(this.#root, name));
  }

  /** A link may lead out of the folder, and a pipe would hold up the reader for ever. */
  async #checkFile(key: string): Promise<void> {
    const [root, path] = await Promise.all([realpath(this.#root), realpath(join(this.#root, key))]).catch((error) => {
      throw error.code === 'ENOENT' ? new MissingFileError(key, { cause: error }) : error;
    });
    if (!path.startsWith(root + sep) || !(await stat(path)).isFile()) throw new OutsideDataLocationError();
  }

  /** What is not there yet is made where the folders lead that are there. */
  async #checkFolder(key: string): Promise<void> {
    const root = await realpath(this.#root);
    for (let path = join(root, key); path !== root; path = dirname(path)) {
      const found = await realpath(path).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
      if (found === undefined) continue;
      if ((found !== root && !found.startsWith(root + sep)) || !(await stat(found)).isDirectory()) {
        throw new OutsideDataLocationError('folder');
      }
      return;
    }
  }

  #keyOfObject(name: string, what: Kind): string {
    if (name.startsWith(`${this.#root}/`)) return normalize(name.slice(this.#root.length + 1));
    if (/^[a-z0-9]+:/.test(name)) throw new OutsideDataLocationError(what);
    return normalize(name);
  }
}

/** The files of one folder of the data location. What the file system refuses is an `UnusableFolderError`. */
export class DataFolder {
  constructor(
    private readonly store: ModelStore,
    private readonly key: string,
    /** Rejects if a file is none, or lies outside the data location. */
    private readonly check: (key: string) => Promise<void>,
  ) {}

  /** The names of its files, in their order; none if there is no such folder. */
  async names(): Promise<readonly string[]> {
    const files = await usable(this.store.list(this.key));
    return files
      .map(({ key }) => key.slice(this.key.length + 1))
      .filter((name) => !name.includes('/'))
      .sort();
  }

  /**
   * @throws {MissingFileError}
   * @throws {OutsideDataLocationError} if it is a link that leads out of the data location, or no file
   */
  async read(name: string): Promise<Uint8Array> {
    const file = `${this.key}/${name}`;
    await usable(this.check(file));
    return usable(this.store.read(file));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return usable(this.store.write(`${this.key}/${name}`, bytes));
  }

  remove(name: string): Promise<void> {
    return usable(this.store.remove(`${this.key}/${name}`));
  }
}

/** @throws {UnusableFolderError} instead of an error of the file system */
async function usable<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new UnusableFolderError(`cannot be used (${code})`, { cause: error });
  }
}
