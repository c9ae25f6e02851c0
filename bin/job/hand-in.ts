import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type OutputManifest,
  type OutputRevision,
  outputManifest,
  outputRevision,
} from '../../config/training/training-output';
import { S3Folder } from '../../training/s3-folder';

/** Where an output goes. */
interface Place {
  file(name: string, path: string): Promise<void>;
  text(name: string, text: string): Promise<void>;
}

/**
 * Puts the files of a model where the job was told to, and at last the manifest: an output without one is not whole.
 * @param place a folder, or `s3://bucket/folder/`
 */
export async function handIn(
  paths: readonly string[],
  evaluation: OutputManifest['evaluation'],
  place: string,
): Promise<void> {
  const output = open(place);
  const files: OutputManifest['files'] = [];
  for (const path of paths) {
    const name = basename(path);
    await output.file(name, path);
    files.push({ name, ...(await digestOf(path)) });
  }
  const manifest: OutputManifest = { files, ...(evaluation && { evaluation }) };
  await output.text(outputManifest, JSON.stringify(manifest));
}

/** Puts what the training of a model made where the job was told to. */
export const handInRevision = (revision: OutputRevision, place: string): Promise<void> =>
  open(place).text(outputRevision, JSON.stringify(revision));

const open = (place: string): Place => (place.startsWith('s3://') ? bucketPlace(place) : folderPlace(place));

async function digestOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

const folderPlace = (folder: string): Place => ({
  async file(name, path) {
    await mkdir(folder, { recursive: true });
    await copyFile(path, join(folder, name));
  },
  async text(name, text) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), text);
  },
});

function bucketPlace(address: string): Place {
  const folder = new S3Folder(address);
  return {
    file: (name, path) => folder.write(name, createReadStream(path)),
    text: (name, text) => folder.write(name, text),
  };
}
