import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { FakeCloudFormation, request } from '../support/cloudformation';
import { invoke } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';
import { clusterName } from '../training/fake-cluster';
import { machineArn } from '../training/fake-executions';
import { fleetId } from '../training/fake-fleet';
import { zoneId } from '../training/fake-zone';
import { nothing, TrainingAccount } from '../training/training-account';

const bundles = join(runFolder(), 'empty-fleet-bundles');
let account: TrainingAccount;
let aws: Loopback;
let cloudFormation: FakeCloudFormation;

beforeAll(() => buildBundles(bundles));
beforeEach(async () => {
  account = new TrainingAccount();
  cloudFormation = new FakeCloudFormation();
  account.intercept = cloudFormation.answerer;
  aws = await startLoopback(account.answerer);
});
afterEach(() => aws.close());

const properties = { Machine: machineArn, Cluster: clusterName, Fleet: fleetId, Zone: zoneId };

async function send(type: 'Create' | 'Update' | 'Delete', id?: string, remaining?: readonly number[]): Promise<void> {
  const environment = { AWS_ENDPOINT_URL: aws.url, PAUSE_MS: '10' };
  await invoke(
    { bundle: join(bundles, 'empty-fleet'), environment },
    request(aws.url, type, properties, id),
    remaining,
  );
}

/** A fleet with machines, of which each look lets a minute pass. */
async function raise(): Promise<void> {
  account.fleet.target = { 'on-demand': 1, spot: 3 };
  account.fleet.fill();
  account.zone.hosts.set('worker-0.modelapp.internal', '10.0.0.1');
  account.executions.start('ctr-1', account.clock.now());
  await account.clock.pass(120);
  account.intercept = async (asked) => {
    if (asked.body.toString().includes('DescribeFleetInstances')) await account.clock.pass(30);
    return cloudFormation.answerer(asked);
  };
}

test('its creation and its update change nothing', async () => {
  await raise();

  await send('Create');
  await send('Update', `fleet:${fleetId}`);

  expect(cloudFormation.answers).toMatchObject([
    { Status: 'SUCCESS', PhysicalResourceId: `fleet:${fleetId}` },
    { Status: 'SUCCESS', PhysicalResourceId: `fleet:${fleetId}` },
  ]);
  expect(account.fleet.total).toBe(4);
});

test('its deletion stops the job, ends all machines, waits for the last one, and empties the zone', async () => {
  await raise();

  await send('Delete', `fleet:${fleetId}`);

  expect(cloudFormation.answers).toMatchObject([{ Status: 'SUCCESS' }]);
  expect(account.costs).toEqual(nothing);
  expect(account.executions.stopped).toMatchObject([{ stopped: { error: 'Deleted', cause: 'the stack is deleted' } }]);
  expect(account.zone.hosts.size).toBe(0);
});

test('repeated it finds nothing to do', async () => {
  await send('Delete', `fleet:${fleetId}`);
  await send('Delete', `fleet:${fleetId}`);

  expect(cloudFormation.answers).toMatchObject([{ Status: 'SUCCESS' }, { Status: 'SUCCESS' }]);
});

test('machines that do not end in time make it fail, to be run again', async () => {
  await raise();
  account.fleet.endsMachines = false;

  await send('Delete', `fleet:${fleetId}`, [11_000]);

  expect(cloudFormation.last).toMatchObject({ Status: 'FAILED', Reason: 'ran out of time: run it again' });
});
