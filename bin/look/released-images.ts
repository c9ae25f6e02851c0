import { ECRClient, paginateDescribeImages, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import { isVersion, type Version } from '../../config/version';
import type { AwsSession } from '../aws/session';

/** An image that bears the tag of a version. */
export interface ReleasedImage {
  readonly pushedAt: Date;
  /** Size of the compressed layers. */
  readonly bytes: number;
}

/** The images of all versions; none where no deployment has a repository yet. */
export async function readReleasedImages({ client, names }: AwsSession): Promise<Map<Version, ReleasedImage>> {
  const images = new Map<Version, ReleasedImage>();
  const query = { repositoryName: names.application, filter: { tagStatus: 'TAGGED' } } as const;
  try {
    for await (const { imageDetails = [] } of paginateDescribeImages({ client: client(ECRClient) }, query)) {
      for (const { imageTags = [], imagePushedAt, imageSizeInBytes = 0 } of imageDetails) {
        for (const tag of imageTags.filter(isVersion))
          images.set(tag, { pushedAt: imagePushedAt!, bytes: imageSizeInBytes });
      }
    }
  } catch (error) {
    if (!(error instanceof RepositoryNotFoundException)) throw error;
  }
  return images;
}
