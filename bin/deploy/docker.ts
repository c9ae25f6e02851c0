import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError, ExitCode } from '../failure';

/**
 * Checks that an image can be built on this machine.
 * @param whose image is to be built
 * @throws {CommandError} if Docker is missing or does not answer
 */
export const requireImageBuild = (whose: string): Promise<void> =>
  requireDocker(`The image of ${whose} has to be built`, ExitCode.failed, process.env.CDK_DOCKER);

/**
 * Checks that there is Docker on this machine.
 * @param why it is needed, as a sentence that goes on
 * @param exitCode of the command, if there is none
 * @throws {CommandError} if it is missing or does not answer
 */
export async function requireDocker(why: string, exitCode: number, program = 'docker'): Promise<void> {
  try {
    await promisify(execFile)(program, ['version', '--format', '{{.Server.Version}}'], { timeout: 30_000 });
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    const reason =
      code === 'ENOENT' ? 'there is no such program' : stderr?.trim().split('\n')[0] || `exit code ${code}`;
    throw new CommandError(`${why}, and ${program} does not answer (${reason}): install or start Docker`, exitCode);
  }
}
