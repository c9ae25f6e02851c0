import { dirname, join } from 'node:path';
import type { TrainedModel } from '../../lambda/job-step/output/model-trained';
import type { AwsSession } from '../aws/session';
import { bringObject } from './objects';

/**
 * Brings the files of a model to this machine.
 * @param prefix of the files, as `model_output` names it; undefined for a folder with the name of the job
 * @returns the files' paths
 */
export async function bringModel(
  session: AwsSession,
  { jobId, model, files }: TrainedModel,
  prefix: string | undefined,
): Promise<readonly string[]> {
  const folder = prefix === undefined ? jobId : dirname(prefix);
  const brought: string[] = [];
  for (const name of files) {
    const file = join(folder, name);
    await bringObject(session, `${model}${name}`, file);
    brought.push(file);
  }
  return brought;
}
