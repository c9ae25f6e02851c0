import type { Version } from '../../config/version';
import type { ArchiveSummary } from '../../lambda/tables/direct-call';
import { deleteStack } from '../aws/delete-stack';
import { readListedVersions, writeListedVersions } from '../aws/listed-versions';
import type { AwsSession } from '../aws/session';
import type { RevertOptions } from '../commands/aws/revert';
import { confirmAtTerminal } from '../confirmation';
import { CommandError, ExitCode } from '../failure';
import { progress } from '../output';
import { archiveAddress, archiveId, markArchiving } from './archive';
import { removeLeftovers } from './leftovers';
import { describePlan } from './plan';
import { refusal } from './refusal';
import { type Survey, surveyVersion } from './survey';
import { verify } from './verification';
import { holdsAnything, readVersionState } from './version-state';

/** What a revert removed. */
export interface Reverted {
  readonly removed: Survey | undefined;
  readonly archive: ArchiveSummary | undefined;
}

/**
 * Removes a version: its stack, its tables and its image tag, or what is left of them. Only the archive of the rows stays.
 * @throws {CommandError} if it must not be reverted now, if something could not be removed, or if something is left
 */
export async function revert(session: AwsSession, version: Version, options: RevertOptions): Promise<Reverted> {
  // A file that cannot be read is told before anything is removed, not when the version has to be taken out of it.
  readListedVersions(session.directory);
  progress(`Looking at ${version} in ${session.region}, account ${session.account}`);
  const survey = await surveyVersion(session, version);
  if (!holdsAnything(survey) && survey.tagged.length === 0) {
    unlist(session, version);
    return { removed: undefined, archive: undefined };
  }
  const reason = refusal(survey);
  if (reason) throw new CommandError(reason, ExitCode.refused);
  const id = chooseArchive(survey, options);
  if (holdsAnything(survey)) {
    progress(describePlan(survey, session.names, id && archiveAddress(survey.bucket!, version, id)));
    if (!options.yes) await confirmAtTerminal(`Remove ${version}?`);
    await remove(session, survey, id);
  }
  progress('Verifying that nothing of it is left');
  const { archive, faults } = await verify(session, survey, id);
  if (faults.length > 0) {
    throw new CommandError([`${version} is not reverted yet; mend this and run it again:`, ...faults].join('\n'));
  }
  unlist(session, version);
  return { removed: holdsAnything(survey) ? survey : undefined, archive };
}

/** The folder of the archive; undefined if there is to be none. */
function chooseArchive({ stack, tables, bucket, archives }: Survey, { archive }: RevertOptions): string | undefined {
  return archive && archives && bucket ? archiveId(stack?.id, tables, new Date()) : undefined;
}

async function remove(session: AwsSession, survey: Survey, id: string | undefined): Promise<void> {
  const { version, stack, failure, bucket } = survey;
  if (bucket) await markArchiving(session, bucket, version, id !== undefined);
  if (stack) {
    if (failure) progress(`${stack.name} is ${stack.state}: ${failure}`);
    progress(`Deleting ${stack.name}; Ctrl-C only stops the watching, and the same command goes on`);
    await deleteStack(session, stack);
  }
  // A stack whose creation failed need not own all that bears its version.
  const left = await readVersionState(session, version);
  if (left.stack) throw new CommandError(`${left.stack.name} is ${left.stack.state}: nothing else was removed`);
  await removeLeftovers(session, left, id);
  if (bucket) await markArchiving(session, bucket, version, true);
}

function unlist({ directory }: AwsSession, version: Version): void {
  writeListedVersions(
    directory,
    readListedVersions(directory).filter((listed) => listed !== version),
  );
}
