import type { DataFile } from '../part';
import { LocalStorage } from './local-storage';
import { isInS3, S3Storage } from './s3-storage';
import type { FileStorage } from './storage';

/** Data files wherever they are: names that begin with `s3://` are in S3, all others on this machine. */
export class DataStorage implements FileStorage {
  private readonly local = new LocalStorage();
  private readonly s3 = new S3Storage();

  find(name: string): Promise<DataFile | undefined> {
    return this.of(name).find(name);
  }

  list(folder: string, depth: number): Promise<readonly DataFile[]> {
    return this.of(folder).list(folder, depth);
  }

  names(folder: string): Promise<readonly string[] | undefined> {
    return this.of(folder).names(folder);
  }

  read(file: DataFile, start: number, end: number): AsyncIterable<Uint8Array> {
    return this.of(file.name).read(file, start, end);
  }

  /** Ends connections to S3. */
  close(): Promise<void> {
    return this.s3.close();
  }

  private of(name: string): FileStorage {
    return isInS3(name) ? this.s3 : this.local;
  }
}
