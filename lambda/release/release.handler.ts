import { customResource } from '../custom-resource';
import { imageSourceHash, removeTag } from './image';
import { neverReleased, releasedFromOtherCode } from './refusals';
import { released } from './source-hash';

/** Properties of `Custom::ModelAppRelease`, contract 1. */
type ReleaseProperties = VersionRelease | RollingRelease;

/** A version, which is released once: its tag, the version itself, never holds other code. */
interface VersionRelease {
  readonly Kind?: undefined;
  readonly Repository: string;
  readonly Version: string;
  readonly SourceHash: string;
}

/** What takes new code with each deployment: each code has a tag of its own, and that of the code before goes. */
interface RollingRelease {
  readonly Kind: 'rolling';
  readonly Repository: string;
  readonly Tag: string;
  readonly SourceHash: string;
}

/** The id `release:1.2.0:<hash>` keeps the tag, and the hash of the code that was released. */
export const handler = customResource(async (event) => {
  const properties = event.ResourceProperties as typeof event.ResourceProperties & ReleaseProperties;
  if (event.RequestType === 'Delete') {
    // Not by the properties: after an update the id alone is certain to be that of the code before.
    const [, tag = ''] = event.PhysicalResourceId.split(':');
    await removeTag(properties.Repository, tag);
    return { physicalResourceId: event.PhysicalResourceId };
  }
  if (properties.Kind === 'rolling') return { physicalResourceId: await rollTo(properties) };
  if (event.RequestType === 'Create') return { physicalResourceId: await release(properties) };
  refuseOtherCode(properties, event.PhysicalResourceId);
  return { physicalResourceId: event.PhysicalResourceId };
});

const idOf = (tag: string, sourceHash: string): string => `release:${tag}:${sourceHash}`;

/** Another id makes CloudFormation delete the one before: after an update that succeeds, or its own after one that fails. */
async function rollTo({ Repository: repository, Tag: tag, SourceHash: sourceHash }: RollingRelease): Promise<string> {
  if ((await publishedHash(repository, tag)) !== sourceHash) {
    throw new Error(`${repository}:${tag} holds other code: remove the tag and deploy again`);
  }
  return idOf(tag, sourceHash);
}

async function release({ Repository, Version: version, SourceHash: sourceHash }: VersionRelease): Promise<string> {
  if (sourceHash === released) throw new Error(neverReleased(version));
  if ((await publishedHash(Repository, version)) !== sourceHash) throw new Error(releasedFromOtherCode(version));
  return idOf(version, sourceHash);
}

function refuseOtherCode({ Version: version, SourceHash: sourceHash }: VersionRelease, id: string): void {
  if (sourceHash !== released && sourceHash !== id.split(':')[2]) throw new Error(releasedFromOtherCode(version));
}

async function publishedHash(repository: string, tag: string): Promise<string> {
  const found = await imageSourceHash(repository, tag);
  if (found === undefined) throw new Error(`${repository}:${tag} has not been published: deploy it again`);
  return found;
}
