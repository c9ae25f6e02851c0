import { parseVersion, type Version } from './version';

/** A version and the traffic it takes, relative to the sum of all weights. */
export interface SplitEntry {
  readonly version: Version;
  /** Whole number from 0, which takes no traffic, to 999. */
  readonly weight: number;
}

/** How traffic is split between versions, in the order it was written. */
export type Split = readonly SplitEntry[];

/** A load balancer's rule forwards to so many target groups at most. */
const maxSplitVersions = 5;

const weightPattern = /^(0|[1-9]\d{0,2})$/;

/**
 * Reads a split such as `1.1.0:90,1.2.0:10`; blanks around its parts do not count.
 * @throws {Error} naming the entry, if one is malformed or repeated, or if no version or too many would take traffic
 */
export function parseSplit(text: string): Split {
  const entries = text.split(',').map(parseEntry);
  const versions = entries.map(({ version }) => version);
  const repeated = versions.find((version, index) => versions.indexOf(version) < index);
  if (repeated) throw new Error(`'${repeated}' stands there twice: give each version one weight`);
  const taking = takingTraffic(entries).length;
  if (taking === 0) throw new Error('all weights are 0: at least one version has to take traffic');
  if (taking > maxSplitVersions) {
    throw new Error(
      `${taking} versions would take traffic, but a load balancer splits between ${maxSplitVersions} at most`,
    );
  }
  return entries;
}

/** The split as `parseSplit` reads it. */
export const formatSplit = (split: Split): string =>
  split.map(({ version, weight }) => `${version}:${weight}`).join(',');

/** The entries that a request may reach: a version of weight 0 is none of the rule. */
export const takingTraffic = (split: Split): Split => split.filter(({ weight }) => weight > 0);

function parseEntry(text: string): SplitEntry {
  const entry = text.trim();
  const parts = entry.split(':');
  const [version, weight] = parts.map((part) => part.trim());
  if (parts.length !== 2 || !version || !weight) {
    throw new Error(`'${entry}' is not VERSION:WEIGHT: write for example 1.1.0:90,1.2.0:10`);
  }
  if (!weightPattern.test(weight)) {
    throw new Error(`'${entry}': the weight '${weight}' is not a whole number from 0 to 999`);
  }
  return { version: parseVersion(version), weight: Number(weight) };
}
