import {
  BatchDeleteImageCommand,
  DescribeImagesCommand,
  ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr';
import type { AwsSession } from './session';

/** The digest of the image that bears a tag, such as a version; undefined if there is none. */
export async function taggedImage({ client, names }: AwsSession, imageTag: string): Promise<string | undefined> {
  try {
    const { imageDetails: [image] = [] } = await client(ECRClient).send(
      new DescribeImagesCommand({ repositoryName: names.application, imageIds: [{ imageTag }] }),
    );
    return image?.imageDigest;
  } catch (error) {
    if (error instanceof ImageNotFoundException || error instanceof RepositoryNotFoundException) return undefined;
    throw error;
  }
}

/** Removes a tag. The image stays under its other tags; one without any expires. */
export async function removeImageTag({ client, names }: AwsSession, imageTag: string): Promise<void> {
  await client(ECRClient).send(
    new BatchDeleteImageCommand({ repositoryName: names.application, imageIds: [{ imageTag }] }),
  );
}
