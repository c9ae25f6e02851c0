import type { Weights } from './guard-record';

/** A version that the split was deployed with. */
export interface SplitVersion {
  readonly version: string;
  readonly weight: number;
  /** ARN. */
  readonly targetGroup: string;
  /** Names of its alarms. */
  readonly alarms: readonly string[];
}

/** A target group of the live rule. */
export interface Share {
  /** Its version; its ARN if it is no version's. */
  readonly name: string;
  readonly targetGroup: string;
  readonly weight: number;
}

/** The live target groups in the order of the split; those that somebody added by hand come last. */
export function sharesOf(
  groups: readonly { readonly targetGroup: string; readonly weight: number }[],
  split: readonly SplitVersion[],
): readonly Share[] {
  const position = (arn: string) => {
    const found = split.findIndex(({ targetGroup }) => targetGroup === arn);
    return found < 0 ? split.length : found;
  };
  return groups
    .map((group) => ({ ...group, name: split[position(group.targetGroup)]?.version ?? group.targetGroup }))
    .sort((a, b) => position(a.targetGroup) - position(b.targetGroup));
}

/**
 * What stays of the shares when versions leave. The stable one stays whatever happens: that of greatest weight, the first if
 * tied. So something always stays.
 */
export function remaining(shares: readonly Share[], leaving: readonly string[]): readonly Share[] {
  const greatest = Math.max(...shares.map(({ weight }) => weight));
  const stable = shares.find(({ weight }) => weight === greatest);
  return shares.filter((share) => share === stable || !leaving.includes(share.name));
}

export const weightsOf = (shares: readonly Share[]): Weights =>
  Object.fromEntries(shares.map(({ name, weight }) => [name, weight]));
