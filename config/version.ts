/** A released version: `MAJOR.MINOR.PATCH`, no leading zeros, no suffix. */
export type Version = string & { readonly brand: 'Version' };

const pattern = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

export const isVersion = (text: string): text is Version => pattern.test(text);

/**
 * Checks that a text is a version.
 * @throws {Error} naming the text, if it is not `MAJOR.MINOR.PATCH`
 */
export function parseVersion(text: string): Version {
  const version = text.trim();
  if (!isVersion(version)) {
    throw new Error(`'${version}' is not a version: write MAJOR.MINOR.PATCH without leading zeros, for example 1.2.0`);
  }
  return version;
}

/** The version in names of stacks, log groups and alarms: `1-2-0`. */
export const dashed = (version: Version): string => version.replaceAll('.', '-');

/** The version in names of tables and database roles: `1_2_0`. */
export const underscored = (version: Version): string => version.replaceAll('.', '_');

/** Orders versions by precedence, the oldest first. */
export function compareVersions(a: Version, b: Version): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const part = left.findIndex((number, index) => number !== right[index]);
  return part < 0 ? 0 : left[part]! - right[part]!;
}
