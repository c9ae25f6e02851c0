import { type Remark, remarkLines } from './position';

/** A configuration that cannot be used; its message has a line for each thing to mend. */
export class ConfError extends Error {
  override readonly name = 'ConfError';
  /** That of a usage error. */
  readonly exitCode = 2;

  constructor(file: string, faults: readonly Remark[]) {
    super(remarkLines(file, faults).join('\n'));
  }
}
