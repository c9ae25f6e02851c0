import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandError } from '../failure';

/**
 * Checks that an image can be built on this machine.
 * @param whose image is to be built
 * @throws {CommandError} if Docker is missing or does not answer
 */
export async function requireDocker(whose: string, program = process.env.CDK_DOCKER || 'docker'): Promise<void> {
  try {
    await promisify(execFile)(program, ['version', '--format', '{{.Server.Version}}'], { timeout: 30_000 });
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    const reason =
      code === 'ENOENT' ? 'there is no such program' : stderr?.trim().split('\n')[0] || `exit code ${code}`;
    throw new CommandError(
      `The image of ${whose} has to be built, and ${program} does not answer (${reason}): install or start Docker`,
    );
  }
}
