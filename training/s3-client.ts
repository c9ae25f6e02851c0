import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';

/**
 * A client of S3 with the region, credentials and endpoint that the AWS SDK finds. The SDK is loaded only where it comes to
 * that: most data is on disks.
 */
export async function openS3(config: S3ClientConfig = {}): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  // Stand-ins for S3 have no name per bucket.
  return new S3Client({ ...config, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
}
