import { dirname, resolve } from 'node:path';
import { ConfigError } from '../resolve';

/** A module as one CommonJS text. */
export interface Compiled {
  readonly code: string;
  /** Full paths of the files that it was made of, without those of packages that stay outside. */
  readonly sources: readonly string[];
}

export interface CompileOptions {
  /**
   * Whether packages stay where they are installed, or become part of the text.
   * @default 'external'
   */
  readonly packages?: 'external' | 'bundle';
}

/**
 * Compiles a TypeScript or JavaScript file and all that it imports.
 * @param shown the path as errors show it
 * @throws {ConfigError} with a line `<file>:<line>:<column>: <what is wrong>` per fault
 */
export async function compile(path: string, shown: string, { packages }: CompileOptions = {}): Promise<Compiled> {
  const esbuild = await import('esbuild');
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'silent' } as const;
  const built = compiling.then(async () => {
    try {
      return await esbuild.build({
        ...options,
        // The text names its sources; it must not depend on where it was compiled.
        absWorkingDir: dirname(path),
        entryPoints: [path],
        packages: packages ?? 'external',
        metafile: true,
        write: false,
      });
    } finally {
      // What runs for days needs its compiler once. The synchronous calls leave a process that nothing ends.
      await esbuild.stop();
    }
  });
  compiling = built.catch(() => {});
  try {
    const { outputFiles, metafile } = await built;
    const sources = Object.keys(metafile.inputs).map((file) => resolve(dirname(path), file));
    return { code: outputFiles[0]?.text ?? '', sources };
  } catch (error) {
    throw new ConfigError(compileFaults(error, shown));
  }
}

/** The compilation under way: the end of the compiler would be the end of another one too. */
let compiling: Promise<unknown> = Promise.resolve();

function compileFaults(error: unknown, shown: string): string[] {
  const { errors = [] } = error as { errors?: { text: string; location: { line: number; column: number } | null }[] };
  if (errors.length === 0) return [`${shown}: ${(error as Error).message}`];
  return errors.map(
    ({ text, location }) => `${shown}${location ? `:${location.line}:${location.column + 1}` : ''}: ${text}`,
  );
}
