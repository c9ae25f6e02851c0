import type { Answer } from '../support/cloudformation';
import { jsonFailure } from '../support/loopback';
import { givenRelease } from './given-release';

const [hash, otherHash] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
const tagOf = (sourceHash: string): string => `events-${sourceHash.slice(0, 16)}`;
const idOf = (sourceHash: string): string => `release:${tagOf(sourceHash)}:${sourceHash}`;

const given = givenRelease();

beforeEach(() => {
  for (const sourceHash of [hash, otherHash]) given.ecr.push(tagOf(sourceHash), sourceHash);
});

function send(type: 'Create' | 'Update' | 'Delete', sourceHash: string, id?: string): Promise<Answer> {
  const properties = { Kind: 'rolling', Repository: 'modelapp', Tag: tagOf(sourceHash), SourceHash: sourceHash };
  return given.send(type, properties, id);
}

const tags = () => [...given.ecr.tags.keys()];

test('its creation accepts the image whose label is the hash, twice alike', async () => {
  const answers = [await send('Create', hash), await send('Create', hash)];

  expect(answers[0]).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: idOf(hash) });
  expect(answers[1]).toEqual(answers[0]);
});

test('an update to other code has another id, by which CloudFormation deletes the one before', async () => {
  const updated = await send('Update', otherHash, idOf(hash));

  expect(updated).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: idOf(otherHash) });
  expect(tags()).toEqual([tagOf(hash), tagOf(otherHash)]);
});

test('an update to the same code keeps the id, so that nothing is deleted', async () => {
  expect(await send('Update', hash, idOf(hash))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: idOf(hash) });
});

test.each([
  ['its own properties', hash],
  ['those of the new code', otherHash],
])('the deletion of the one before removes its tag alone, whether it comes with %s', async (_, properties) => {
  const deleted = await send('Delete', properties, idOf(hash));

  expect(deleted.Status).toBe('SUCCESS');
  expect(tags()).toEqual([tagOf(otherHash)]);
});

test('an update that fails later on goes back to the code before, whose tag is still there', async () => {
  const updated = await send('Update', otherHash, idOf(hash));

  const back = await send('Update', hash, updated.PhysicalResourceId);
  await send('Delete', otherHash, updated.PhysicalResourceId);

  expect(back).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: idOf(hash) });
  expect(tags()).toEqual([tagOf(hash)]);
});

test('a deletion succeeds again when the tag is gone', async () => {
  const answers = [await send('Delete', hash, idOf(hash)), await send('Delete', hash, idOf(hash))];

  expect(answers.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
});

test.each(['Create', 'Update'] as const)('%s fails with an image that was not published', async (type) => {
  given.ecr.tags.delete(tagOf(otherHash));
  const id = type === 'Update' ? idOf(hash) : undefined;

  expect(await send(type, otherHash, id)).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: id ?? 'refused',
    Reason: `modelapp:${tagOf(otherHash)} has not been published: deploy it again`,
  });
});

test('an image of other code under the tag is refused, and its tag stays', async () => {
  given.ecr.push(tagOf(hash), otherHash);

  const refused = await send('Create', hash);
  await send('Delete', hash, refused.PhysicalResourceId);

  expect(refused).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'refused',
    Reason: `modelapp:${tagOf(hash)} holds other code: remove the tag and deploy again`,
  });
  expect(tags()).toContain(tagOf(hash));
});

test('a failure of ECR is told, and is mended by the next try', async () => {
  given.ecr.refuse = (operation) =>
    operation === 'BatchDeleteImage' ? jsonFailure('AccessDeniedException') : undefined;
  const first = await send('Delete', hash, idOf(hash));
  given.ecr.refuse = () => undefined;

  const second = await send('Delete', hash, idOf(hash));

  expect(first).toMatchObject({ Status: 'FAILED', PhysicalResourceId: idOf(hash), Reason: 'AccessDeniedException' });
  expect(second.Status).toBe('SUCCESS');
  expect(tags()).toEqual([tagOf(otherHash)]);
});
