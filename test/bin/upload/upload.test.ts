import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadCommand } from '../../../bin/commands/aws/upload';
import { run } from '../../../bin/failure';
import { createProgram } from '../../../bin/program';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { Bucket, failure } from './bucket';

const environment = { ...process.env };
let folder: string;
let bucket: Bucket;
let aws: Loopback;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upload-'));
  bucket = new Bucket('data');
  aws = await startLoopback(bucket.answerer);
  process.env = {
    ...environment,
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  };
});

afterEach(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
  process.env = environment;
});

/** Runs `modelapp upload` in this process. */
async function upload(...words: readonly string[]) {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += text;
      return true;
    }),
  );
  await run(createProgram([uploadCommand()]), ['node', 'modelapp', 'upload', ...words]);
  for (const spy of spies) spy.mockRestore();
  const exitCode = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { ...printed, exitCode };
}

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const stored = () => Object.fromEntries([...bucket.objects].map(([key, { body }]) => [key, body.toString()]));

test.each([
  ['s3://data/ctr/', 'ctr/part-0'],
  ['s3://data/ctr/train.txt', 'ctr/train.txt'],
  ['s3://data/', 'part-0'],
  ['s3://data', 'part-0'],
])('a file that is uploaded to %s is then s3://data/%s', async (address, key) => {
  const ended = await upload(write('part-0', '1 1:1\n'), address);

  expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
  expect(stored()).toEqual({ [key]: '1 1:1\n' });
});

test.each(['s3://data/ctr/', 's3://data/ctr'])('the files of a folder keep their names below %s', async (address) => {
  write('train/part-0', 'a');
  write('train/deep/part 1+ü', 'b');
  write('train/empty', '');
  symlinkSync(join(folder, 'train/part-0'), join(folder, 'train/link'));
  symlinkSync(join(folder, 'train/deep'), join(folder, 'train/folder-link'));

  await upload(join(folder, 'train'), address);

  expect(stored()).toEqual({ 'ctr/part-0': 'a', 'ctr/deep/part 1+ü': 'b', 'ctr/empty': '', 'ctr/link': 'a' });
});

test('an object is encrypted with the key of S3, and no one else is let in', async () => {
  await upload(write('a', 'a'), 's3://data/');

  const { headers } = bucket.objects.get('a')!;
  expect(headers['x-amz-server-side-encryption']).toBe('AES256');
  expect(headers).not.toHaveProperty('x-amz-acl');
});

test('an object may be encrypted with a key of KMS', async () => {
  await upload(write('a', 'a'), 's3://data/', '--kms-key', 'alias/data');

  expect(bucket.objects.get('a')!.headers).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'alias/data',
  });
});

test('a large file goes in parts, and arrives as it was', async () => {
  const content = randomBytes(20 * 2 ** 20);

  await upload(write('large', content), 's3://data/');

  const { body, parts, headers } = bucket.objects.get('large')!;
  expect(body.equals(content)).toBe(true);
  expect(parts).toBe(3);
  expect(headers['x-amz-server-side-encryption']).toBe('AES256');
});

test('what is there unchanged is skipped, whole or in parts; what has changed goes anew', async () => {
  write('train/same', 'same');
  write('train/large', Buffer.alloc(9 * 2 ** 20));
  const changed = write('train/changed', 'old');
  await upload(join(folder, 'train'), 's3://data/');
  writeFileSync(changed, 'new');
  bucket.requests.length = 0;

  const { stdout, stderr } = await upload(join(folder, 'train'), 's3://data/', '--json');

  expect(JSON.parse(stdout)).toEqual({
    files: [
      { address: 's3://data/changed', size: 3, uploaded: true },
      { address: 's3://data/large', size: 9 * 2 ** 20, uploaded: false },
      { address: 's3://data/same', size: 4, uploaded: false },
    ],
    uploaded: 1,
    unchanged: 2,
    bytes: 3,
  });
  expect(bucket.requests.filter((request) => !request.startsWith('HEAD'))).toEqual(['PUT changed']);
  expect(stderr).toContain(`${join(folder, 'train/same')}: unchanged at s3://data/same\n`);
});

test('a file goes also where one may write but not look', async () => {
  bucket.intercept = ({ method }) => (method === 'HEAD' ? { status: 403 } : undefined);

  expect(await upload(write('a', 'a'), 's3://data/')).toMatchObject({ exitCode: 0 });
  expect(stored()).toEqual({ a: 'a' });
});

test('when a part is refused, none is left behind', async () => {
  bucket.intercept = ({ query }) =>
    query.get('partNumber') === '2' ? { status: 403, body: failure('AccessDenied') } : undefined;

  const ended = await upload(write('large', Buffer.alloc(20 * 2 ** 20)), 's3://data/');

  expect(ended).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('AWS denies s3:UploadPart') });
  expect(bucket.open.size).toBe(0);
  expect(stored()).toEqual({});
});

test('Ctrl-C ends an upload, and leaves no part behind', async () => {
  bucket.intercept = ({ query }) => {
    if (query.get('partNumber') === '2') process.emit('SIGINT', 'SIGINT');
    return undefined;
  };

  const ended = await upload(write('large', Buffer.alloc(80 * 2 ** 20)), 's3://data/');

  expect(ended).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('stopped by SIGINT') });
  expect(bucket.open.size).toBe(0);
  expect(stored()).toEqual({});
});

test('a file that changes while it is uploaded is told', async () => {
  const path = write('a', 'a');
  bucket.intercept = ({ method }) => {
    if (method === 'PUT') writeFileSync(path, 'longer');
    return undefined;
  };

  expect(await upload(path, 's3://data/')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`${path}: has changed while it was uploaded`),
  });
});

test('a path that is not there is told as absent', async () => {
  const ended = await upload(join(folder, 'absent'), 's3://data/');

  expect(ended).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('absent: there is no such file or folder'),
  });
});

test('a folder without files is told as absent', async () => {
  expect(await upload(folder, 's3://data/')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('there is no file in it'),
  });
});

test('a bucket that is not there is told as absent', async () => {
  expect(await upload(write('a', 'a'), 's3://elsewhere/')).toMatchObject({
    exitCode: 3,
    stderr: 'modelapp: s3://elsewhere: there is no such bucket\n',
  });
});

test.each(['data/ctr', 'S3://data/', 's3://', 's3://UPPER/a'])('%s is no address', async (address) => {
  expect(await upload(write('a', 'a'), address)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`'${address}' is no place in S3`),
  });
});

test('no permission is told with the action that is missing', async () => {
  bucket.intercept = ({ method }) => (method === 'PUT' ? { status: 403, body: failure('AccessDenied') } : undefined);

  expect(await upload(write('a', 'a'), 's3://data/')).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('AWS denies s3:PutObject'),
  });
});

test('S3 that fails is told as no access, as a later try may go well', async () => {
  bucket.intercept = () => ({ status: 503 });

  expect(await upload(write('a', 'a'), 's3://data/')).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('s3:HeadObject failed'),
  });
});

test('without credentials it is told what to do', async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  process.env = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', HOME: folder };

  expect(await upload(write('a', 'a'), 's3://data/')).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('No usable AWS credentials'),
  });
});

test('without a region it is told how to give one', async () => {
  delete process.env.AWS_REGION;
  process.env = { ...process.env, HOME: folder };

  expect(await upload(write('a', 'a'), 's3://data/')).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('pass --region, set AWS_REGION'),
  });
});
