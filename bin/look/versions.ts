import { compareVersions, type Version } from '../../config/version';
import { readListedVersions } from '../aws/listed-versions';
import type { AwsOptions } from '../aws/options';
import { type AwsSession, withSession } from '../aws/session';
import { listStacks } from '../aws/stacks';
import { print, printJson, progress, table } from '../output';
import { readDeployedSplit } from '../split/deployed-split';
import { readLiveWeights } from '../split/live-rule';
import { type ReleasedImage, readReleasedImages } from './released-images';

/** A version that has a stack, has an image, or is listed. */
interface VersionRow {
  readonly version: Version;
  /** State of its stack; null if it has none. */
  readonly state: string | null;
  readonly image: ReleasedImage | null;
  /** Of the live rule; null if traffic is not split. */
  readonly weight: number | null;
  /** As it was deployed. */
  readonly deployedWeight: number | null;
  /** Whether cdk.json lists it. */
  readonly listed: boolean;
  /** Whether this tree releases it, so that it is synthesised without being listed. */
  readonly current: boolean;
}

/** Prints the versions of a deployment, the oldest first. */
export const versions = (options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const rows = await readVersions(session);
    if (options.json) return printJson(rows);
    print(table([['version', 'state', 'image', 'weight', 'listed'], ...rows.map(cells)]));
    if (rows.length === 0) progress(`No version is deployed in ${session.region}`);
  });

async function readVersions(session: AwsSession): Promise<VersionRow[]> {
  const listed = new Set(readListedVersions(session.directory));
  const [stacks, images, weights] = await Promise.all([
    listStacks(session),
    readReleasedImages(session),
    readWeights(session),
  ]);
  const states = new Map(stacks.flatMap(({ version, state }) => (version ? [[version, state] as const] : [])));
  const all = new Set([...states.keys(), ...images.keys(), ...listed]);
  return [...all].sort(compareVersions).map((version) => ({
    version,
    state: states.get(version) ?? null,
    image: images.get(version) ?? null,
    weight: weights?.live(version) ?? null,
    deployedWeight: weights?.deployed(version) ?? null,
    listed: listed.has(version),
    current: version === session.version,
  }));
}

async function readWeights(session: AwsSession) {
  const split = await readDeployedSplit(session);
  if (!split) return undefined;
  const live = (await readLiveWeights(session, split)) ?? {};
  return {
    live: (version: Version) => live[version] ?? 0,
    deployed: (version: Version) => split.weights.find((entry) => entry.version === version)?.weight ?? 0,
  };
}

const cells = ({ version, state, image, weight, deployedWeight, listed, current }: VersionRow): string[] => [
  version,
  state ?? 'not deployed',
  image
    ? `pushed ${image.pushedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${Math.round(image.bytes / 1e6)} MB`
    : 'none',
  weight === null ? '-' : weight === deployedWeight ? String(weight) : `${weight}, deployed with ${deployedWeight}`,
  listed ? 'yes' : current ? 'VERSION' : 'no',
];
