import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { type Answer, FakeCloudFormation, request } from '../support/cloudformation';
import { FakeEcr } from '../support/fake-ecr';
import { invoke } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';

const hash = 'a'.repeat(64);
const otherHash = 'b'.repeat(64);

let bundles: string;
let ecr: FakeEcr;
let cloudFormation: FakeCloudFormation;
let aws: Loopback;

beforeAll(async () => {
  bundles = join(runFolder(), 'release-bundles');
  await buildBundles(bundles);
});

beforeEach(async () => {
  ecr = new FakeEcr('modelapp');
  cloudFormation = new FakeCloudFormation();
  aws = await startLoopback(ecr.answerer, cloudFormation.answerer);
  ecr.url = aws.url;
});

afterEach(() => aws.close());

async function send(
  type: 'Create' | 'Update' | 'Delete',
  sourceHash: string,
  { id, repository = 'modelapp' }: { id?: string; repository?: string } = {},
): Promise<Answer> {
  const event = request(aws.url, type, { Repository: repository, Version: '1.2.0', SourceHash: sourceHash }, id);
  await invoke({ bundle: join(bundles, 'release'), environment: { AWS_ENDPOINT_URL: aws.url } }, event);
  return cloudFormation.last;
}

describe('creating a release', () => {
  test('accepts the image whose label is the hash, and keeps the hash in the id', async () => {
    ecr.push('1.2.0', hash);

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `release:1.2.0:${hash}` });
  });

  test('reads the label of an image that lies in an index beside its attestation', async () => {
    ecr.push('1.2.0', hash, { asIndex: true });

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `release:1.2.0:${hash}` });
  });

  test.each([
    ['of other code', otherHash],
    ['without a label', undefined],
  ])('refuses an image %s', async (_, label) => {
    ecr.push('1.2.0', label);

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: '1.2.0 is already released from other code: bump VERSION',
    });
  });

  test('refuses an image that was not published', async () => {
    const answer = await send('Create', hash);

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: 'modelapp:1.2.0 has not been published: deploy it again',
    });
  });

  test('refuses a version that another tree has to release', async () => {
    ecr.push('1.2.0', hash);

    const answer = await send('Create', 'released');

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: '1.2.0 was never released here: deploy it from its own tree',
    });
  });

  test('gives the same answer twice', async () => {
    ecr.push('1.2.0', hash);

    const answers = [await send('Create', hash), await send('Create', hash)];

    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('updating a release', () => {
  const id = `release:1.2.0:${hash}`;

  test.each([
    ['the same hash', hash],
    ["'released'", 'released'],
  ])('keeps the id with %s', async (_, sourceHash) => {
    const answers = [await send('Update', sourceHash, { id }), await send('Update', sourceHash, { id })];

    expect(answers).toEqual([
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: id }),
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: id }),
    ]);
  });

  test('refuses another hash and keeps the id', async () => {
    const answer = await send('Update', otherHash, { id });

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: id,
      Reason: '1.2.0 is already released from other code: bump VERSION',
    });
  });
});

describe('deleting a release', () => {
  const id = `release:1.2.0:${hash}`;

  test('removes the tag of its version, and neither the image nor other tags', async () => {
    ecr.push('1.2.0', hash);
    ecr.push('1.1.0', hash);

    const answer = await send('Delete', hash, { id });

    expect(answer.Status).toBe('SUCCESS');
    expect([...ecr.tags.keys()]).toEqual(['1.1.0']);
    expect(ecr.images).toHaveLength(1);
  });

  test('succeeds again when the tag is gone', async () => {
    ecr.push('1.2.0', hash);

    const answers = [await send('Delete', hash, { id }), await send('Delete', hash, { id })];

    expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  test('succeeds when the repository is gone', async () => {
    const answer = await send('Delete', hash, { id, repository: 'gone' });

    expect(answer.Status).toBe('SUCCESS');
  });

  test('touches nothing of a release that was refused', async () => {
    ecr.push('1.2.0', otherHash);

    const answer = await send('Delete', hash, { id: 'refused' });

    expect(answer.Status).toBe('SUCCESS');
    expect([...ecr.tags.keys()]).toEqual(['1.2.0']);
  });
});
