import {
  type OutputManifest,
  outputManifest,
  outputRevision,
  parseOutputManifest,
  parseOutputRevision,
} from '../../../config/training/training-output';
import { addressOf, copy, keysIn, readText } from '../../tables/archive-store';
import { JobFailure } from '../failure';
import type { JobState } from '../job-state';
import { announceModel, type JobResult, type TrainedModel, type TrainedRevision } from '../output/model-trained';
import { copyVerified } from '../output/verified-copy';

/**
 * Takes over what a job made, and tells it. Of a job that only scored a model that is the scores.
 * @throws {JobFailure} `OutputInvalid`
 */
export async function collect(job: JobState): Promise<JobResult> {
  const result = await (job.model === undefined ? takeModel(job) : readRevision(job));
  if (isModel(result)) await announceModel(result);
  return result;
}

const isModel = (result: JobResult): boolean => 'revision' in result || result.files.length > 0;

/** The revision itself is where those of its model are. */
async function readRevision({ id }: JobState): Promise<TrainedRevision> {
  const text = await readText(`jobs/${id}/out/${outputRevision}`);
  if (text === undefined) throw new JobFailure('OutputInvalid', `the job left no ${outputRevision} in its output`);
  return { jobId: id, ...parsed(parseOutputRevision, text) };
}

/** Takes over the files of a model: of our own engine only what its manifest says, byte for byte. */
async function takeModel({ id, image }: JobState): Promise<TrainedModel> {
  const from = `jobs/${id}/out/`;
  const to = `models/jobs/${id}/`;
  const manifest = await readManifest(from);
  if (!manifest && !image) throw new JobFailure('OutputInvalid', `the job left no ${outputManifest} in its output`);
  const files = manifest ? await takeListed(from, to, manifest) : await takeAll(from, to);
  return { jobId: id, model: addressOf(to), files, evaluation: manifest?.evaluation ?? null };
}

async function readManifest(folder: string): Promise<OutputManifest | undefined> {
  const text = await readText(`${folder}${outputManifest}`);
  return text === undefined ? undefined : parsed(parseOutputManifest, text);
}

function parsed<Output>(parse: (text: string) => Output, text: string): Output {
  try {
    return parse(text);
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
