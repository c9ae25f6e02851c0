import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ThreadSettings } from './messages';

/** Where the build puts the thread's program: beside the program that starts it, or a folder above. */
const built = ['.', '..'].map((folder) => join(__dirname, folder, 'parse-thread.js'));
const source = join(__dirname, 'parse-thread.ts');

let program: Promise<Program> | undefined;

/** Starts a thread that parses lines. */
export async function startParseThread(settings: ThreadSettings): Promise<Worker> {
  program ??= findProgram();
  const { text, isCode } = await program;
  return new Worker(text, { eval: isCode, workerData: settings });
}

interface Program {
  /** The path of a file, or code. */
  readonly text: string;
  readonly isCode: boolean;
}

async function findProgram(): Promise<Program> {
  const file = built.find(existsSync);
  if (file) return { text: file, isCode: false };
  if (!existsSync(source)) throw new Error(`${built[0]} is missing; build it with 'npm run build'`);
  // Run from its sources, as in tests.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ entryPoints: [source], bundle: true, platform: 'node', write: false });
  return { text: outputFiles[0]!.text, isCode: true };
}
