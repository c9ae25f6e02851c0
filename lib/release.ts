import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'constructs';
import { parseSplit, type Split } from '../config/split';
import { parseVersion, type Version } from '../config/version';

/** What is released, and which older versions live beside it. */
export interface Release {
  /** The version that this tree releases, from the file `VERSION`. */
  readonly version: Version;
  /** Versions that were released from other trees and are live. */
  readonly otherVersions: readonly Version[];
  /** Whether there is an event server. */
  readonly events: boolean;
  /** Whether there is what training jobs run on. */
  readonly training: boolean;
  /** Whether there is an entry that all versions share; a split needs it. */
  readonly traffic: boolean;
  /** How that entry splits its traffic between versions; unsplit, it answers only requests that name their version. */
  readonly split?: Split;
  /** Whether a version's tables are archived when it is destroyed. */
  readonly archive: boolean;
  /** What the build made: the folder `image/`, and `lambda/<name>/` for each function. */
  readonly buildDirectory: string;
}

/**
 * The release of the tree in `directory`, with the context values `versions`, `events`, `training`, `traffic`, `split`
 * and `archive`. In `cdk.json` their names begin with `modelapp:`; the command line, `-c versions=1.0.0,1.1.0`, wins.
 * @throws {Error} naming the file or the context value
 */
export function readRelease(node: Node, directory: string): Release {
  const version = named('VERSION', () => parseVersion(readFileSync(join(directory, 'VERSION'), 'utf8')));
  const versions = named("context 'versions'", () => parseVersions(context(node, 'versions') ?? ''));
  const live = [...new Set([version, ...versions])];
  const split = named("context 'split'", () => readSplit(context(node, 'split') ?? '', live));
  const traffic = named("context 'traffic'", () => parseBoolean(context(node, 'traffic') ?? 'false'));
  const buildDirectory = join(directory, 'dist');
  for (const part of ['image', 'lambda']) {
    if (!existsSync(join(buildDirectory, part))) {
      throw new Error(`dist/${part}: is not there; run npm run build:cdk`);
    }
  }
  return {
    version,
    otherVersions: live.slice(1),
    events: named("context 'events'", () => parseBoolean(context(node, 'events') ?? 'false')),
    training: named("context 'training'", () => parseBoolean(context(node, 'training') ?? 'false')),
    traffic: traffic || split !== undefined,
    ...(split && { split }),
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

/** An empty text turns off the split that `cdk.json` names. */
function readSplit(text: string, live: readonly Version[]): Split | undefined {
  if (text.trim() === '') return undefined;
  const split = parseSplit(text);
  const unknown = split.find(({ version }) => !live.includes(version));
  if (unknown) {
    throw new Error(
      `'${unknown.version}' is none of the live versions ${live.join(', ')}: add it to the context value 'versions'`,
    );
  }
  return split;
}

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
