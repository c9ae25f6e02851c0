import { CommandError, ExitCode } from '../../failure';

/**
 * The score of `--if-better-than`.
 * @throws {CommandError} if it is no number
 */
export function scoreOption(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError(`--if-better-than: '${text}' is not a number; write a score like 0.95`, ExitCode.usage);
}
