import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import type { Version } from '../../config/version';
import type { AwsSession } from './session';

/** The digest of the image that bears the tag of a version; undefined if there is none. */
export async function taggedImage({ client, names }: AwsSession, version: Version): Promise<string | undefined> {
  try {
    const { imageDetails: [image] = [] } = await client(ECRClient).send(
      new DescribeImagesCommand({ repositoryName: names.application, imageIds: [{ imageTag: version }] }),
    );
    return image?.imageDigest;
  } catch (error) {
    if (error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException) return undefined;
    throw error;
  }
}

/** Removes the tag of a version. The image stays under its other tags; one without any expires. */
export async function removeImageTag({ client, names }: AwsSession, version: Version): Promise<void> {
  await client(ECRClient).send(
    new BatchDeleteImageCommand({ repositoryName: names.application, imageIds: [{ imageTag: version }] }),
  );
}
