import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { Terminal } from './support/terminal';

describeWithMoto('modelapp upload', (python) => {
  const tree = new ReleaseTree('1.0.0');
  const content = randomBytes(20 * 2 ** 20);
  let aws: AwsServer;
  let s3: S3Client;
  let terminal: Terminal;

  beforeAll(async () => {
    aws = await startAwsServer(python);
    s3 = new S3Client(aws.client);
    terminal = new Terminal(aws, tree);
    const place = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'data', CreateBucketConfiguration: place }));
    mkdirSync(join(tree.folder, 'train/deep'), { recursive: true });
    writeFileSync(join(tree.folder, 'train/large'), content);
    writeFileSync(join(tree.folder, 'train/deep/small'), '1 1:1\n');
  });
  afterAll(() => aws?.stop());

  const upload = async () => JSON.parse(await terminal.modelapp('upload', 'train', 's3://data/ctr/', '--json'));

  test('brings a folder to S3, large files in parts, encrypted', async () => {
    expect(await upload()).toMatchObject({ uploaded: 2, unchanged: 0 });

    const large = await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'ctr/large' }));
    const small = await s3.send(new GetObjectCommand({ Bucket: 'data', Key: 'ctr/deep/small' }));
    expect(content.equals(await large.Body!.transformToByteArray())).toBe(true);
    expect(await small.Body!.transformToString()).toBe('1 1:1\n');
    expect([large.ServerSideEncryption, small.ServerSideEncryption]).toEqual(['AES256', 'AES256']);
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'data' }));
    expect(Uploads).toEqual([]);
  });

  test('skips what is there', async () => {
    expect(await upload()).toMatchObject({ uploaded: 0, unchanged: 2, bytes: 0 });
  });
});
