import type { Version } from '../../config/version';
import type { AwsSession } from '../aws/session';
import { readDeployedSplit } from '../split/deployed-split';
import { readGuardRecord } from '../split/guard-parameter';
import { readLiveWeights } from '../split/live-rule';
import type { TrafficStatus } from './report';

/** @returns undefined if traffic is not split */
export async function readTraffic(session: AwsSession, version: Version): Promise<TrafficStatus | undefined> {
  const split = await readDeployedSplit(session);
  if (!split) return undefined;
  const [live = {}, guard] = await Promise.all([readLiveWeights(session, split), readGuardRecord(session)]);
  const weight = live[version] ?? 0;
  return {
    weight,
    sum: Object.values(live).reduce((sum, each) => sum + each, 0),
    deployed: split.weights.find((entry) => entry.version === version)?.weight ?? 0,
    removal: weight === 0 ? guard.record?.removals.find((removal) => removal.version === version) : undefined,
    guardFault: guard.fault,
  };
}
