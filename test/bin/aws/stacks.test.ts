import { join } from 'node:path';
import { type AwsSession, withSession } from '../../../bin/aws/session';
import { firstFailure, nextOperation, runningOperation, type StackStep } from '../../../bin/aws/stack-events';
import { findStack, isFailed, isInProgress, listStacks } from '../../../bin/aws/stacks';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { FakeCloudFormation, type FakeStackEvent, stackId } from './support/fake-cloudformation';
import { fakeSts } from './support/fake-sts';
import { writeProject } from './support/project';

let aws: Loopback;
let cloudFormation: FakeCloudFormation;

beforeEach(async () => {
  cloudFormation = new FakeCloudFormation();
  aws = await startLoopback(fakeSts(), cloudFormation.answerer);
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
});

afterEach(async () => {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  await aws.close();
});

const inSession = <T>(work: (session: AwsSession) => Promise<T>, prefix = ''): Promise<T> =>
  withSession({ region: 'eu-central-1', config: join(writeProject({ prefix }), 'modelapp.config.js') }, work);

async function collect(steps: AsyncIterable<StackStep>): Promise<string[]> {
  const collected: string[] = [];
  for await (const { resource, state } of steps) collected.push(`${resource} ${state}`);
  return collected;
}

test('a stack is found with its outputs, tags and protection', async () => {
  cloudFormation.stacks.push({
    name: 'ModelApp-1-2-0',
    state: 'UPDATE_COMPLETE',
    outputs: { Endpoint: 'http://one.example', URL: 'http://one.example' },
    tags: { 'modelapp:version': '1.2.0' },
    protected: true,
  });

  const stack = await inSession((session) => findStack(session, 'ModelApp-1-2-0'));

  expect(stack).toEqual({
    name: 'ModelApp-1-2-0',
    id: stackId('ModelApp-1-2-0'),
    state: 'UPDATE_COMPLETE',
    reason: undefined,
    outputs: { Endpoint: 'http://one.example', URL: 'http://one.example' },
    tags: { 'modelapp:version': '1.2.0' },
    terminationProtection: true,
    lastUpdated: new Date('2026-01-02T03:04:05Z'),
  });
});

test('a stack that is not there is undefined', async () => {
  expect(await inSession((session) => findStack(session, 'ModelApp-1-2-0'))).toBeUndefined();
});

test('the list holds the stacks of this deployment, with the versions that their names tell', async () => {
  for (const name of ['ModelApp-2-0-0', 'Staging-ModelApp-1-0-0', 'ModelApp-10-0-0', 'Somebody', 'ModelApp-Theirs']) {
    cloudFormation.stacks.push({ name, state: 'CREATE_COMPLETE' });
  }
  cloudFormation.stacks.push(
    { name: 'ModelApp-Base', state: 'CREATE_COMPLETE', tags: { 'modelapp:stack': 'ModelApp-Base' } },
    { name: 'ModelApp-3-0-0', state: 'DELETE_COMPLETE' },
  );

  const list = async (prefix = '') => (await inSession(listStacks, prefix)).map(({ name, version }) => [name, version]);

  expect(await list()).toEqual([
    ['ModelApp-10-0-0', '10.0.0'],
    ['ModelApp-2-0-0', '2.0.0'],
    ['ModelApp-Base', undefined],
  ]);
  expect(await list('Staging-')).toEqual([['Staging-ModelApp-1-0-0', '1.0.0']]);
});

test.each([
  ['CREATE_COMPLETE', false, false],
  ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', true, false],
  ['ROLLBACK_IN_PROGRESS', true, false],
  ['ROLLBACK_COMPLETE', false, true],
  ['UPDATE_ROLLBACK_COMPLETE', false, true],
  ['DELETE_FAILED', false, true],
])('%s: in progress %s, failed %s', (state, inProgress, failed) => {
  expect([isInProgress(state), isFailed(state)]).toEqual([inProgress, failed]);
});

describe('Events of a stack', () => {
  const stack = { id: stackId('ModelApp-1-2-0') };
  const ofStack = (id: string, state: string): FakeStackEvent => ({
    id,
    resource: 'ModelApp-1-2-0',
    state,
    ofStack: true,
  });
  const events: FakeStackEvent[] = [];

  beforeEach(() => {
    events.splice(0, Infinity, ofStack('1', 'CREATE_IN_PROGRESS'), {
      id: '2',
      resource: 'Old',
      state: 'CREATE_FAILED',
    });
    cloudFormation.stacks.push({ name: 'ModelApp-1-2-0', state: 'ROLLBACK_COMPLETE', events });
  });

  test('the first failure is the one that made the others of the last operation', async () => {
    events.push(
      ofStack('3', 'DELETE_IN_PROGRESS'),
      { id: '4', resource: 'Aside', state: 'DELETE_FAILED', reason: 'Resource deletion cancelled' },
      { id: '5', resource: 'Tables', state: 'DELETE_FAILED', reason: 'archived 63 %: run it again' },
      { id: '6', resource: 'Later', state: 'DELETE_FAILED', reason: 'no time' },
      ofStack('7', 'DELETE_FAILED'),
    );

    const failure = await inSession((session) => firstFailure(session, stack));

    expect(failure).toMatchObject({ resource: 'Tables', reason: 'archived 63 %: run it again' });
  });

  test('an operation that went well has no failure', async () => {
    events.push(ofStack('3', 'UPDATE_IN_PROGRESS'), ofStack('4', 'UPDATE_COMPLETE'));

    expect(await inSession((session) => firstFailure(session, stack))).toBeUndefined();
  });

  test('the next operation is told step by step, without what was before, to its end', async () => {
    const told = await inSession(async (session) => {
      const steps = await nextOperation(session, stack, 5);
      const collected = collect(steps);
      events.push(ofStack('3', 'DELETE_IN_PROGRESS'), { id: '4', resource: 'Service', state: 'DELETE_IN_PROGRESS' });
      setTimeout(() => events.push({ id: '5', resource: 'Service', state: 'DELETE_COMPLETE' }), 30);
      setTimeout(() => events.push(ofStack('6', 'DELETE_COMPLETE')), 60);
      return collected;
    });

    expect(told).toEqual([
      'ModelApp-1-2-0 DELETE_IN_PROGRESS',
      'Service DELETE_IN_PROGRESS',
      'Service DELETE_COMPLETE',
      'ModelApp-1-2-0 DELETE_COMPLETE',
    ]);
  });

  test('the operation that runs is told from its start', async () => {
    events.push(ofStack('3', 'UPDATE_IN_PROGRESS'), ofStack('4', 'UPDATE_COMPLETE'));

    expect(await inSession((session) => collect(runningOperation(session, stack, 5)))).toEqual([
      'ModelApp-1-2-0 UPDATE_IN_PROGRESS',
      'ModelApp-1-2-0 UPDATE_COMPLETE',
    ]);
  });
});
