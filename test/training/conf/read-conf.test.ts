import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConf } from '../../../training/conf/read-conf';
import { type S3StandIn, startS3StandIn } from '../../service/models/store/s3-stand-in';
import { onlineText } from './texts';

const environment = { ...process.env };
let directory: string;
let s3: S3StandIn;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'conf-'));
  s3 = await startS3StandIn();
  process.env.AWS_ENDPOINT_URL = s3.endpoint;
  process.env.AWS_REGION = 'eu-central-1';
  process.env.AWS_ACCESS_KEY_ID = 'id';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.AWS_MAX_ATTEMPTS = '1';
});

afterAll(() => {
  s3.close();
  rmSync(directory, { recursive: true });
  process.env = environment;
});

test('a configuration is read from a file', async () => {
  const path = join(directory, 'ctr.conf');
  writeFileSync(path, onlineText());

  expect(await readConf(path)).toMatchObject({ conf: { kind: 'online' }, warnings: [], text: onlineText() });
});

test('a configuration is read from S3', async () => {
  s3.objects.set('bucket/jobs/ctr.conf', Buffer.from(onlineText({ los: '' })));

  await expect(readConf('s3://bucket/jobs/ctr.conf')).rejects.toMatchObject({
    message: 's3://bucket/jobs/ctr.conf:6:1: unknown field "los" in the configuration; did you mean "loss"?',
    exitCode: 2,
  });
});

test.each([
  ['absent.conf', 'there is no such file'],
  ['', 'is a folder'],
])('the path %j is told to be absent', async (name, reason) => {
  await expect(readConf(join(directory, name))).rejects.toMatchObject({
    message: expect.stringContaining(reason),
    exitCode: 3,
  });
});

test.each([
  ['s3://bucket/absent.conf', 'there is no such file'],
  ['s3://bucket', 'names no file; write s3://bucket/key'],
])('%s is told to be absent', async (address, reason) => {
  await expect(readConf(address)).rejects.toMatchObject({ message: `${address}: ${reason}`, exitCode: 3 });
});

test('a path that cannot be followed, and S3 out of reach, are told as no access', async () => {
  const closed = await startS3StandIn();
  closed.close();
  process.env.AWS_ENDPOINT_URL = closed.endpoint;

  await expect(readConf('s3://bucket/ctr.conf')).rejects.toMatchObject({
    message: expect.stringMatching(/^s3:\/\/bucket\/ctr\.conf: cannot be read: .*ECONNREFUSED/),
    exitCode: 4,
  });
  await expect(readConf(join(directory, 'x'.repeat(1000)))).rejects.toMatchObject({ exitCode: 4 });
});
