import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'constructs';
import { parseVersion, type Version } from '../config/version';

/** What is released, and which older versions live beside it. */
export interface Release {
  /** The version that this tree releases, from the file `VERSION`. */
  readonly version: Version;
  /** Versions that were released from other trees and are live. */
  readonly otherVersions: readonly Version[];
  /** Whether a version's tables are archived when it is destroyed. */
  readonly archive: boolean;
  /** What the build made: the folder `image/`, and `lambda/<name>/` for each function. */
  readonly buildDirectory: string;
}

/**
 * The release of the tree in `directory`, with the context values `versions` and `archive`. In `cdk.json` their names begin
 * with `modelapp:`; the command line, `-c versions=1.0.0,1.1.0`, wins.
 * @throws {Error} naming the file or the context value
 */
export function readRelease(node: Node, directory: string): Release {
  const version = named('VERSION', () => parseVersion(readFileSync(join(directory, 'VERSION'), 'utf8')));
  const versions = named("context 'versions'", () => parseVersions(context(node, 'versions') ?? ''));
  const buildDirectory = join(directory, 'dist');
  for (const part of ['image', 'lambda']) {
    if (!existsSync(join(buildDirectory, part))) {
      throw new Error(`dist/${part}: is not there; run npm run build:cdk`);
    }
  }
  return {
    version,
    otherVersions: [...new Set(versions)].filter((other) => other !== version),
    archive: named("context 'archive'", () => parseBoolean(context(node, 'archive') ?? 'true')),
    buildDirectory,
  };
}

function context(node: Node, key: string): string | undefined {
  const value: unknown = node.tryGetContext(key) ?? node.tryGetContext(`modelapp:${key}`);
  return value === undefined ? undefined : String(value);
}

const parseVersions = (text: string): Version[] =>
  text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseVersion);

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`'${text}' is neither true nor false`);
  return text === 'true';
}

function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
}
