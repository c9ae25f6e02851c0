import { revisionsFolder } from '../../config/environment';
import type { Version } from '../../config/version';
import type { Deadline } from '../deadline';
import { copy, keysIn, remove } from './archive-store';

const folderOf = (version: Version): string => `${revisionsFolder}/${version}/`;

/** How many files the revisions of a version have. */
export const countRevisionFiles = async (version: Version): Promise<number> => (await keysIn(folderOf(version))).length;

/**
 * Removes the files of a version's revisions, which nothing knows any more once its tables are gone. What an earlier run
 * has removed already is in the archive already.
 * @param archive the folder that they go to; undefined if they are not to be kept
 * @throws {Error} if time runs out
 */
export async function removeRevisionFiles(
  version: Version,
  archive: string | undefined,
  { signal }: Deadline,
): Promise<void> {
  for (const key of await keysIn(folderOf(version))) {
    signal.throwIfAborted();
    if (archive) await copy(key, `${archive}/${revisionsFolder}/${key.slice(folderOf(version).length)}`);
    await remove(key);
  }
}
