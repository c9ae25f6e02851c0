import type { Context } from 'aws-lambda';
import { customResource, type HandleRequest } from '../../lambda/custom-resource';
import { FakeCloudFormation, request, stackId } from './support/cloudformation';
import { type Loopback, startLoopback } from './support/loopback';

let cloudFormation: FakeCloudFormation;
let loopback: Loopback;

beforeEach(async () => {
  cloudFormation = new FakeCloudFormation();
  loopback = await startLoopback(cloudFormation.answerer);
  jest.spyOn(console, 'error').mockImplementation(() => {});
});

afterEach(async () => {
  jest.restoreAllMocks();
  await loopback.close();
});

const run = (handle: HandleRequest, event = request(loopback.url, 'Create', {}), remainingMs = 60_000) =>
  customResource(handle)(event, { getRemainingTimeInMillis: () => remainingMs } as Context);

test('an answer names the request and holds the id that the handler gave', async () => {
  await run(async () => ({ physicalResourceId: 'made' }));

  expect(cloudFormation.answers).toEqual([
    {
      Status: 'SUCCESS',
      PhysicalResourceId: 'made',
      StackId: stackId,
      RequestId: 'request-1',
      LogicalResourceId: 'Resource',
    },
  ]);
});

test('an answer has no content type, as its address is signed without', async () => {
  await run(async () => ({ physicalResourceId: 'made' }));

  expect(cloudFormation.contentTypes).toEqual(['']);
});

test('a failed creation is answered with its reason and an id that deletes nothing', async () => {
  await run(async () => Promise.reject(new Error('no room')));

  expect(cloudFormation.last).toMatchObject({ Status: 'FAILED', Reason: 'no room', PhysicalResourceId: 'refused' });
});

test('a failed update keeps the id', async () => {
  await run(async () => Promise.reject(new Error('no room')), request(loopback.url, 'Update', {}, 'made'));

  expect(cloudFormation.last).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made' });
});

test('the deletion of what was never made succeeds without asking the handler', async () => {
  const handle = jest.fn();

  await run(handle, request(loopback.url, 'Delete', {}, 'refused'));

  expect(cloudFormation.last.Status).toBe('SUCCESS');
  expect(handle).not.toHaveBeenCalled();
});

test('a handler that takes too long is answered for before the function ends', async () => {
  await run(() => new Promise(() => {}), request(loopback.url, 'Delete', {}, 'made'), 10_050);

  expect(cloudFormation.answers).toEqual([
    expect.objectContaining({ Status: 'FAILED', Reason: 'ran out of time: run it again', PhysicalResourceId: 'made' }),
  ]);
});

test('an answer that is not taken is sent again, and is one answer', async () => {
  cloudFormation.refusals = 2;

  await run(async () => ({ physicalResourceId: 'made' }));

  expect(cloudFormation.answers).toHaveLength(1);
});

test('an answer that hangs is sent again', async () => {
  cloudFormation.silences = 1;

  await run(async () => ({ physicalResourceId: 'made' }));

  expect(cloudFormation.answers).toHaveLength(1);
});

test('an answer that is never taken fails the function while it still has time, so that Lambda tries again', async () => {
  cloudFormation.refusals = Number.POSITIVE_INFINITY;

  const running = run(async () => ({ physicalResourceId: 'made' }), undefined, 1_000);

  await expect(running).rejects.toThrow('CloudFormation answered 503');
});

test('what is under way is stopped when its time is over', async () => {
  let stopped = false;

  await run(
    (_, { signal }) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return new Promise(() => {});
    },
    undefined,
    10_050,
  );

  expect(stopped).toBe(true);
});

test.each([
  ['an error without a message', new TypeError(), 'TypeError'],
  ['several errors in one', new AggregateError([new Error('no route'), new Error('refused')]), 'no route; refused'],
  ['a text', 'no room', 'no room'],
])('%s has a reason, too', async (_, thrown, reason) => {
  await run(() => Promise.reject(thrown));

  expect(cloudFormation.last).toMatchObject({ Status: 'FAILED', Reason: reason });
});

test('a long reason is cut to what CloudFormation reads', async () => {
  await run(async () => Promise.reject(new Error('x'.repeat(10_000))));

  expect(JSON.stringify(cloudFormation.last).length).toBeLessThan(4096);
});
