import { type OutputManifest, outputManifest, parseOutputManifest } from '../../../config/training-output';
import { addressOf, copy, keysIn, readText } from '../../tables/archive-store';
import { JobFailure } from '../failure';
import type { JobState } from '../job-state';
import { announceModel, type TrainedModel } from '../output/model-trained';
import { copyVerified } from '../output/verified-copy';

/**
 * Takes over what a job made: of our own engine only what its manifest says, byte for byte.
 * @throws {JobFailure} `OutputInvalid`
 */
export async function collect({ id, image }: JobState): Promise<TrainedModel> {
  const from = `jobs/${id}/out/`;
  const to = `models/jobs/${id}/`;
  const manifest = await readManifest(from);
  if (!manifest && !image) throw new JobFailure('OutputInvalid', `the job left no ${outputManifest} in its output`);
  const files = manifest ? await takeListed(from, to, manifest) : await takeAll(from, to);
  const trained = { jobId: id, model: addressOf(to), files, evaluation: manifest?.evaluation ?? null };
  await announceModel(trained);
  return trained;
}

async function readManifest(folder: string): Promise<OutputManifest | undefined> {
  const text = await readText(`${folder}${outputManifest}`);
  if (text === undefined) return undefined;
  try {
    return parseOutputManifest(text);
  } catch (error) {
    throw new JobFailure('OutputInvalid', (error as Error).message);
  }
}

async function takeListed(from: string, to: string, { files }: OutputManifest): Promise<readonly string[]> {
  for (const file of files) await copyVerified(`${from}${file.name}`, `${to}${file.name}`, file);
  return files.map(({ name }) => name);
}

/** Another engine need not know of our manifest. */
async function takeAll(from: string, to: string): Promise<readonly string[]> {
  const names = (await keysIn(from)).map((key) => key.slice(from.length)).filter((name) => name && !name.endsWith('/'));
  for (const name of names) await copy(`${from}${name}`, `${to}${name}`);
  return names;
}
