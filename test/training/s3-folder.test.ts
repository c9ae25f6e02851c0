import { S3Folder } from '../../training/s3-folder';
import { awsAt } from '../bin/aws/support/command';
import { Bucket, failure } from '../bin/upload/bucket';
import { type Loopback, startLoopback } from '../lambda/support/loopback';

const before = { ...process.env };
const bucket = new Bucket('models');
let aws: Loopback;

beforeAll(async () => {
  aws = await startLoopback(bucket.answerer);
  Object.assign(process.env, awsAt(aws.url), { AWS_MAX_ATTEMPTS: '1' });
});
afterAll(async () => {
  process.env = { ...before };
  await aws.close();
});

describe('whether a file could be written to S3', () => {
  test('is found out without leaving anything there', async () => {
    await new S3Folder('s3://models/ctr').requireWritable('ctr_S0');

    expect(bucket.requests).toEqual(['POST ctr/ctr_S0', 'DELETE ctr/ctr_S0']);
    expect([bucket.objects.size, bucket.open.size]).toEqual([0, 0]);
  });

  test('may be found out by whoever may not give uploads up', async () => {
    bucket.intercept = ({ method }) =>
      method === 'DELETE' ? { status: 403, body: failure('AccessDenied') } : undefined;

    await expect(new S3Folder('s3://models').requireWritable('ctr_S0')).resolves.toBeUndefined();
  });

  test('is told if it may not', async () => {
    bucket.intercept = () => ({ status: 403, body: failure('AccessDenied') });

    await expect(new S3Folder('s3://models/ctr').requireWritable('ctr_S0')).rejects.toMatchObject({
      exitCode: 4,
      message: 's3://models/ctr/ctr_S0: cannot be written: AccessDenied',
    });
  });
});
