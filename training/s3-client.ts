import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { DataError, DataExitCode } from './data-error';

/**
 * A client of S3 with the region, credentials and endpoint that the AWS SDK finds. The SDK is loaded only where it comes to
 * that: most data is on disks.
 * @throws {DataError} if no region is configured
 */
export async function openS3(config: S3ClientConfig = {}): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  // Stand-ins for S3 have no name per bucket.
  const client = new S3Client({ ...config, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
  await client.config.region().catch(() => {
    throw new DataError('S3: no region is known; set AWS_REGION, or give the profile a region', DataExitCode.noAccess);
  });
  return client;
}
