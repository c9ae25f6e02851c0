import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type OutputManifest, outputManifest } from '../../config/training-output';
import { openS3 } from '../../training/s3-client';

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
  const output = place.startsWith('s3://') ? await bucketPlace(place) : folderPlace(place);
  const files: OutputManifest['files'] = [];
  for (const path of paths) {
    const name = basename(path);
    await output.file(name, path);
    files.push({ name, ...(await digestOf(path)) });
  }
  const manifest: OutputManifest = { files, ...(evaluation && { evaluation }) };
  await output.text(outputManifest, JSON.stringify(manifest));
}

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
  text: (name, text) => writeFile(join(folder, name), text),
});

/** The SDK is loaded only where it comes to that. */
async function bucketPlace(place: string): Promise<Place> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const [, bucket = '', folder = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(place) ?? [];
  const client = await openS3();
  const put = async (name: string, Body: ReturnType<typeof createReadStream> | string) => {
    await new Upload({
      client,
      params: { Bucket: bucket, Key: `${folder}${name}`, Body, ChecksumAlgorithm: 'SHA256' },
    }).done();
  };
  return { file: (name, path) => put(name, createReadStream(path)), text: put };
}
