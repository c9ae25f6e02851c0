import { formatSplit, takingTraffic } from '../../config/split';
import { inProgress } from '../aws/deployed';
import { mayBeDeleted } from '../aws/stacks';
import type { Survey } from './survey';

/** Why a version must not be reverted now, with the next step; undefined if it may. */
export function refusal({
  version,
  stack,
  split = [],
}: Pick<Survey, 'version' | 'stack' | 'split'>): string | undefined {
  if (split.some((entry) => entry.version === version)) {
    const others = takingTraffic(split.filter((entry) => entry.version !== version));
    const next = others.length > 0 ? formatSplit(others) : 'off';
    return `${version} takes traffic (${formatSplit(split)}); next: modelapp split ${next}`;
  }
  if (!stack) return undefined;
  if (!mayBeDeleted(stack.state)) return inProgress(stack, version);
  if (stack.terminationProtection) {
    return `${stack.name} is protected against deletion; if it may go, next: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stack.name}`;
  }
  return undefined;
}
