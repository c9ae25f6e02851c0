import type { Answer } from '../support/cloudformation';
import { json, jsonFailure, type LoopbackAnswer } from '../support/loopback';
import { givenRelease } from './given-release';

const hash = 'a'.repeat(64);
const otherHash = 'b'.repeat(64);

const given = givenRelease();

const send = (
  type: 'Create' | 'Update' | 'Delete',
  sourceHash: string,
  { id, repository = 'modelapp' }: { id?: string; repository?: string } = {},
): Promise<Answer> => given.send(type, { Repository: repository, Version: '1.2.0', SourceHash: sourceHash }, id);

describe('creating a release', () => {
  test('accepts the image whose label is the hash, and keeps the hash in the id', async () => {
    given.ecr.push('1.2.0', hash);

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `release:1.2.0:${hash}` });
  });

  test.each(['oci', 'docker'] as const)('reads the labels of all images in an index of type %s', async (type) => {
    given.ecr.pushIndex('1.2.0', [hash, hash], type);

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `release:1.2.0:${hash}` });
  });

  test.each([
    ['one architecture is of other code', [hash, otherHash]],
    ['one architecture has no label', [undefined, hash]],
    ['there is no image', []],
  ])('refuses an index in which %s', async (_, labels) => {
    given.ecr.pushIndex('1.2.0', labels);

    const answer = await send('Create', hash);

    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason: '1.2.0 is already released from other code: bump VERSION',
    });
  });

  test.each([
    ['of other code', otherHash],
    ['without a label', undefined],
  ])('refuses an image %s', async (_, label) => {
    given.ecr.push('1.2.0', label);

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
    given.ecr.push('1.2.0', hash);

    const answer = await send('Create', 'released');

    expect(answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: '1.2.0 was never released here: deploy it from its own tree',
    });
  });

  test('gives the same answer twice', async () => {
    given.ecr.push('1.2.0', hash);

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
    given.ecr.push('1.2.0', hash);
    given.ecr.push('1.1.0', hash);

    const answer = await send('Delete', hash, { id });

    expect(answer.Status).toBe('SUCCESS');
    expect([...given.ecr.tags.keys()]).toEqual(['1.1.0']);
    expect(given.ecr.images).toHaveLength(1);
  });

  test('succeeds again when the tag is gone', async () => {
    given.ecr.push('1.2.0', hash);

    const answers = [await send('Delete', hash, { id }), await send('Delete', hash, { id })];

    expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  test('succeeds when the repository is gone', async () => {
    const answer = await send('Delete', hash, { id, repository: 'gone' });

    expect(answer.Status).toBe('SUCCESS');
  });

  test('touches nothing of a release that was refused', async () => {
    given.ecr.push('1.2.0', otherHash);

    const answer = await send('Delete', hash, { id: 'refused' });

    expect(answer.Status).toBe('SUCCESS');
    expect([...given.ecr.tags.keys()]).toEqual(['1.2.0']);
  });
});

describe('a version whose first deployment fails later on', () => {
  test('loses its tag, and is published anew from other code by the next try', async () => {
    given.ecr.push('1.2.0', hash);
    const first = await send('Create', hash);
    await send('Delete', hash, { id: first.PhysicalResourceId });
    const between = [...given.ecr.tags.keys()];
    given.ecr.push('1.2.0', otherHash);

    const second = await send('Create', otherHash);

    expect(between).toEqual([]);
    expect(second).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: `release:1.2.0:${otherHash}` });
  });

  test('keeps a tag that is not its own', async () => {
    given.ecr.push('1.2.0', otherHash);
    const first = await send('Create', hash);

    await send('Delete', hash, { id: first.PhysicalResourceId });

    expect([...given.ecr.tags.keys()]).toEqual(['1.2.0']);
  });
});

test('an update that was refused is taken back', async () => {
  const id = `release:1.2.0:${hash}`;
  const refused = await send('Update', otherHash, { id });

  const rollback = await send('Update', hash, { id: refused.PhysicalResourceId });

  expect(rollback).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: id });
});

describe('when ECR fails', () => {
  const id = `release:1.2.0:${hash}`;
  const failing = (operation: string, answer: LoopbackAnswer) => {
    given.ecr.push('1.2.0', hash);
    given.ecr.refuse = (asked) => (asked === operation ? answer : undefined);
  };

  test.each([
    ['BatchGetImage', jsonFailure('AccessDeniedException'), 'AccessDeniedException'],
    ['BatchGetImage', imageFailure('KmsError', 'the key is disabled'), 'modelapp:1.2.0: the key is disabled'],
    ['GetDownloadUrlForLayer', jsonFailure('LayersNotFoundException'), 'LayersNotFoundException'],
    ['blob', { status: 403 }, 'modelapp:1.2.0: its configuration cannot be read (403)'],
  ])('%s fails, creating fails with its reason', async (operation, answer, reason) => {
    failing(operation, answer);

    expect(await send('Create', hash)).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: 'refused',
      Reason: reason,
    });
  });

  test.each([
    [jsonFailure('AccessDeniedException'), 'AccessDeniedException'],
    [imageFailure('InvalidImageTag', 'no such form'), 'modelapp:1.2.0: no such form'],
  ])('deleting fails with its reason, and is done by the next try', async (answer, reason) => {
    failing('BatchDeleteImage', answer);
    const first = await send('Delete', hash, { id });
    given.ecr.refuse = () => undefined;

    const second = await send('Delete', hash, { id });

    expect(first).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id, Reason: reason });
    expect(second.Status).toBe('SUCCESS');
    expect([...given.ecr.tags.keys()]).toEqual([]);
  });

  test('a request that is throttled is tried again', async () => {
    given.ecr.push('1.2.0', hash);
    let refusals = 1;
    given.ecr.refuse = () => (refusals-- > 0 ? jsonFailure('ThrottlingException') : undefined);

    expect(await send('Create', hash)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('a repository that is not there is named', async () => {
    expect(await send('Create', hash, { repository: 'gone' })).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('RepositoryNotFound'),
    });
  });
});

test('an answer that CloudFormation does not take at first arrives once', async () => {
  given.ecr.push('1.2.0', hash);
  given.cloudFormation.refusals = 2;

  await send('Create', hash);

  expect(given.cloudFormation.answers).toMatchObject([{ Status: 'SUCCESS' }]);
});

/** An answer that is not a failure as a whole, but names one for an image. */
function imageFailure(failureCode: string, failureReason: string): LoopbackAnswer {
  return json({ images: [], failures: [{ imageId: { imageTag: '1.2.0' }, failureCode, failureReason }] });
}
