import { MissingFileError } from '../../../../service/models/store/model-store';
import { openModelStore } from '../../../../service/models/store/open-model-store';
import { type S3StandIn, startS3StandIn } from './s3-stand-in';

let s3: S3StandIn;
const before = { ...process.env };

beforeAll(async () => {
  s3 = await startS3StandIn();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});

afterAll(() => {
  s3.close();
  process.env = before;
});

beforeEach(() => s3.objects.clear());

test('writes below bucket and prefix, and reads it back', async () => {
  const store = openModelStore('s3://bucket/models');

  await store.write('1.0.0/iris/1.model', Uint8Array.of(0, 255, 10));

  expect([...s3.objects.keys()]).toEqual(['bucket/models/1.0.0/iris/1.model']);
  expect([...(await store.read('1.0.0/iris/1.model'))]).toEqual([0, 255, 10]);
});

test('does without a prefix', async () => {
  await openModelStore('s3://bucket/').write('1.0.0/iris/1.model', Uint8Array.of(1));

  expect([...s3.objects.keys()]).toEqual(['bucket/1.0.0/iris/1.model']);
});

test('names a file that is absent', async () => {
  await expect(openModelStore('s3://bucket/models').read('1.0.0/iris/9.model')).rejects.toThrow(MissingFileError);
});

test('lists one folder over all pages, by the keys it was written with', async () => {
  const store = openModelStore('s3://bucket/models');
  for (const name of ['1', '2', '3', '4', '5']) await store.write(`1.0.0/iris/${name}.model`, Uint8Array.of(1));
  await store.write('1.0.0/iris2/1.model', Uint8Array.of(1));

  const files = await store.list('1.0.0/iris');

  expect(files.map(({ key }) => key)).toEqual(['1', '2', '3', '4', '5'].map((name) => `1.0.0/iris/${name}.model`));
  expect(files[0]?.modifiedAt).toEqual(new Date('2024-01-01T00:00:00Z'));
});

test('removes a file, also one that is absent already', async () => {
  const store = openModelStore('s3://bucket/models');
  await store.write('1.0.0/iris/1.model', Uint8Array.of(1));

  await store.remove('1.0.0/iris/1.model');
  await store.remove('1.0.0/iris/1.model');

  expect(s3.objects.size).toBe(0);
});

test('refuses a place without a bucket', () => {
  expect(() => openModelStore('s3://')).toThrow("'s3://' is no place for models: write s3://bucket/prefix or a folder");
});
