import type { Version } from '../../config/version';
import { removeImageTag } from '../aws/image-tag';
import type { AwsSession } from '../aws/session';
import { dropTables } from '../aws/tables-function';
import { progress } from '../output';
import { hasTables, type VersionState } from './version-state';

/** How often a drop starts again whose time was too short. */
const repetitions = 10;

/**
 * Removes what a failed deploy left of a version: tables and tag, which no stack owns.
 * @param id the folder of the archive; undefined if the rows are not to be kept
 */
export async function removeLeftovers(session: AwsSession, state: VersionState, id: string | undefined): Promise<void> {
  const { version, tables, image } = state;
  if (hasTables(tables)) {
    progress(`Dropping the tables of ${version}, which no stack owns`);
    await dropRepeatedly(session, version, id);
  }
  if (image) {
    progress(`Removing the image tag ${version}`);
    await removeImageTag(session, version);
  }
}

async function dropRepeatedly(session: AwsSession, version: Version, id: string | undefined): Promise<void> {
  for (let repetition = 1; ; repetition++) {
    try {
      await dropTables(session, version, id);
      return;
    } catch (error) {
      const { message } = error as Error;
      if (!message.includes('run it again') || repetition > repetitions) throw error;
      progress(`Again (${repetition} of ${repetitions}): ${message}`);
    }
  }
}
