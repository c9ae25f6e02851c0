import { customResource } from '../custom-resource';
import { imageSourceHash, removeTag } from './image';
import { neverReleased, releasedFromOtherCode } from './refusals';
import { released } from './source-hash';

/** Properties of `Custom::ModelAppRelease`, contract 1. */
interface ReleaseProperties {
  readonly Repository: string;
  readonly Version: string;
  readonly SourceHash: string;
}

/** The id `release:1.2.0:<hash>` keeps the hash of the code that was released. */
export const handler = customResource(async (event) => {
  const properties = event.ResourceProperties as typeof event.ResourceProperties & ReleaseProperties;
  const { Repository: repository, Version: version, SourceHash: sourceHash } = properties;
  switch (event.RequestType) {
    case 'Create':
      await checkImage(repository, version, sourceHash);
      return { physicalResourceId: `release:${version}:${sourceHash}` };
    case 'Update':
      if (sourceHash !== released && sourceHash !== event.PhysicalResourceId.split(':')[2]) {
        throw new Error(releasedFromOtherCode(version));
      }
      return { physicalResourceId: event.PhysicalResourceId };
    case 'Delete':
      await removeTag(repository, version);
      return { physicalResourceId: event.PhysicalResourceId };
  }
});

async function checkImage(repository: string, version: string, sourceHash: string): Promise<void> {
  if (sourceHash === released) throw new Error(neverReleased(version));
  const found = await imageSourceHash(repository, version);
  if (found === undefined) throw new Error(`${repository}:${version} has not been published: deploy it again`);
  if (found !== sourceHash) throw new Error(releasedFromOtherCode(version));
}
