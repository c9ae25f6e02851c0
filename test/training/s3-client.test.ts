import { openS3 } from '../../training/s3-client';

const variables = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
const { AWS_REGION, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;

beforeEach(() => {
  Object.assign(process.env, variables);
  delete process.env.AWS_REGION;
});

afterEach(() => {
  for (const [name, value] of Object.entries({ AWS_REGION, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test('says what to set when no region is known', async () => {
  await expect(openS3()).rejects.toMatchObject({
    message: 'S3: no region is known; set AWS_REGION, or give the profile a region',
    exitCode: 4,
  });
});

test('is in the region of the environment', async () => {
  process.env.AWS_REGION = 'eu-central-1';

  const client = await openS3();

  expect(await client.config.region()).toBe('eu-central-1');
});
