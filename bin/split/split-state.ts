import { formatSplit, type Split } from '../../config/split';
import type { Version } from '../../config/version';
import { table } from '../output';
import type { GuardReading } from './guard-parameter';
import type { LiveWeights } from './live-rule';

/** How traffic is split, and how it was meant to be. */
export interface SplitState {
  /** URL of the shared entry. */
  readonly endpoint: string | undefined;
  /** As it was deployed; undefined if traffic is not split. */
  readonly deployed: Split | undefined;
  /** As the load balancer has it; undefined if its rule is gone. */
  readonly live: LiveWeights | undefined;
  readonly guard: GuardReading;
}

/** Whether the load balancer splits traffic otherwise than it was deployed. */
export function hasDrifted({ deployed = [], live = {} }: SplitState): boolean {
  const wanted = deployed.filter(({ weight }) => weight > 0);
  return wanted.length !== Object.keys(live).length || wanted.some(({ version, weight }) => live[version] !== weight);
}

/** The document that `--json` prints. */
export function asDocument(state: SplitState) {
  const { endpoint, deployed, live, guard } = state;
  return {
    endpoint: endpoint ?? null,
    deployed: deployed ? Object.fromEntries(deployed.map(({ version, weight }) => [version, weight])) : null,
    live: live ?? null,
    drifted: deployed !== undefined && hasDrifted(state),
    guard: guard.record?.removals ?? [],
    ...(guard.fault && { guardFault: guard.fault }),
  };
}

/**
 * The split as a person reads it, with what to do if it is not as it was deployed.
 * @param example a version that may begin where traffic is not split
 */
export function describe(state: SplitState, example: Version): string {
  const { endpoint, deployed, live = {}, guard } = state;
  const lines = [`Endpoint: ${endpoint ?? 'unknown'}`];
  if (!deployed) {
    return [...lines, `No version takes traffic there; for example: modelapp split ${example}:100`].join('\n');
  }
  const sum = Object.values(live).reduce((total, weight) => total + weight, 0);
  const names = new Set([...deployed.map(({ version }) => version), ...Object.keys(live)]);
  const rows = [...names].map((name) => {
    const weight = live[name] ?? 0;
    const wanted = deployed.find(({ version }) => version === name)?.weight ?? 0;
    return [name, String(weight), `${sum > 0 ? ((100 * weight) / sum).toFixed(1) : '0.0'} %`, String(wanted)];
  });
  lines.push(table([['version', 'weight', 'share', 'deployed'], ...rows]));
  for (const { version, at, alarm, reason } of guard.record?.removals ?? []) {
    lines.push(`The rollout guard took ${version} out at ${at}: ${alarm} fired. ${reason}`.trimEnd());
  }
  if (guard.fault) lines.push(`What the rollout guard did is not known: ${guard.fault}`);
  if (hasDrifted(state)) {
    lines.push(
      `The load balancer differs from what was deployed; to restore that: modelapp split ${formatSplit(deployed)}`,
    );
  }
  return lines.join('\n');
}
