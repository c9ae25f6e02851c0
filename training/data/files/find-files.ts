import { normalize, resolve } from 'node:path';
import { DataError, DataExitCode } from '../../data-error';
import type { DataFile } from '../part';
import { compileExpression, splitName } from './expression';
import { compileGlob, isHidden } from './glob';
import { isInS3 } from './s3-storage';
import type { FileStorage } from './storage';

/** How many names are shown when nothing is found. */
const shownNames = 5;

/**
 * Finds the files that a configuration names. For each name the first rule that finds something counts: that very file; a
 * folder and a regular expression that matches the whole of a file's name; a glob; a folder's files.
 * @returns them sorted by the bytes of their names, each once
 * @param what the files are, for whoever is told that there are none
 * @throws {DataError} if one of the names finds nothing
 */
export async function findFiles(
  patterns: readonly string[],
  storage: FileStorage,
  what: 'data' | 'model' = 'data',
): Promise<readonly DataFile[]> {
  const found = new Map<string, DataFile>();
  for (const pattern of patterns) {
    const files = await findMatching(isInS3(pattern) ? pattern : normalize(pattern), storage);
    if (files.length === 0) throw await nothingFound(pattern, storage, what);
    for (const file of files) found.set(isInS3(file.name) ? file.name : resolve(file.name), file);
  }
  return [...found.values()].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

async function findMatching(pattern: string, storage: FileStorage): Promise<readonly DataFile[]> {
  const file = await storage.find(pattern);
  if (file) return [file];
  for (const rule of [byExpression, byGlob, inFolder]) {
    const files = await rule(pattern, storage);
    if (files.length > 0) return files;
  }
  return [];
}

async function byExpression(pattern: string, storage: FileStorage): Promise<readonly DataFile[]> {
  const [folder, expression] = splitName(pattern);
  const matcher = compileExpression(expression);
  if (!(matcher instanceof RegExp)) return [];
  const spelledOut = /^(_|\\\.)/.test(expression);
  const files = await storage.list(folder, 0);
  return files.filter(({ name }) => {
    const [, last] = splitName(name);
    return matcher.test(last) && (spelledOut || !isHidden(last));
  });
}

async function byGlob(pattern: string, storage: FileStorage): Promise<readonly DataFile[]> {
  const glob = compileGlob(pattern);
  if (!glob) return [];
  const files = await storage.list(glob.folder, glob.depth);
  return files.filter(({ name }) => glob.matches(name));
}

async function inFolder(pattern: string, storage: FileStorage): Promise<readonly DataFile[]> {
  const files = await storage.list(pattern.endsWith('/') ? pattern : `${pattern}/`, 0);
  return files.filter(({ name }) => !isHidden(splitName(name)[1]));
}

async function nothingFound(pattern: string, storage: FileStorage, what: string): Promise<DataError> {
  let [folder] = splitName(isInS3(pattern) ? pattern : normalize(pattern));
  let names = await storage.names(folder);
  while (names === undefined && /[^/]\/[^/]+\/$/.test(folder)) {
    [folder] = splitName(folder.slice(0, -1));
    names = await storage.names(folder);
  }
  const place = folder === '' ? 'the working folder' : folder;
  const shown = (names ?? []).slice(0, shownNames).join(', ');
  const more = (names ?? []).length > shownNames ? ', …' : '';
  const there = shown === '' ? `there is nothing in ${place}` : `in ${place} are ${shown}${more}`;
  return new DataError(`find 0 ${what} files for '${pattern}'; ${there}`, DataExitCode.absent);
}
