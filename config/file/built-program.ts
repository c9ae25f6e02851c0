import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type CompileOptions, compile } from './compile';

/** A program that another one of ours starts, as a thread or as a process. */
export interface BuiltProgram {
  /** The path of a file, or code. */
  readonly text: string;
  readonly isCode: boolean;
}

const programs = new Map<string, Promise<BuiltProgram>>();

/**
 * Finds a program that the build made, or makes it from its source where there is no build.
 * @param source of the program, beside the source that starts it
 * @param options how it is made
 */
export function findProgram(source: string, options: CompileOptions = {}): Promise<BuiltProgram> {
  const program = programs.get(source) ?? lookFor(source, options);
  programs.set(source, program);
  return program;
}

async function lookFor(source: string, options: CompileOptions): Promise<BuiltProgram> {
  // The build puts it beside the program that starts it, or a folder above.
  const built = ['.', '..'].map((folder) => join(dirname(source), folder, `${basename(source, '.ts')}.js`));
  const file = built.find(existsSync);
  if (file) return { text: file, isCode: false };
  if (!existsSync(source)) throw new Error(`${built[0]} is missing; build it with 'npm run build'`);
  // Run from its sources, as in tests.
  return { text: (await compile(source, source, options)).code, isCode: true };
}
