import { join } from 'node:path';
import { withSession } from '../../../bin/aws/session';
import { awaitNothingTagged, taggedResources } from '../../../bin/revert/tagged-resources';
import { parseVersion } from '../../../config/version';
import { type Answerer, json, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson } from '../aws/support/answers';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`;
const topic = arn('sns', 'notices');

type Tags = readonly { readonly Key: string; readonly Values: readonly string[] }[];

/** The list of tagged resources, as AWS has it. */
const fakeTags = (tagged: (filters: Tags) => readonly string[]): Answerer =>
  answersJson('ResourceGroupsTaggingAPI_20170126.GetResources', ({ TagFilters = [] }: { TagFilters?: Tags }) => ({
    ResourceTagMappingList: tagged(TagFilters).map((ResourceARN) => ({ ResourceARN })),
  }));

/** ECS, whose resources go on being described when they are gone. */
const ecs =
  (status: string): Answerer =>
  ({ headers, body }) => {
    const target = String(headers['x-amz-target']);
    if (!target.startsWith('AmazonEC2ContainerServiceV20141113.')) return undefined;
    const input = JSON.parse(body.toString());
    if (target.endsWith('.DescribeTaskDefinition')) return json({ taskDefinition: { status } });
    return json({ clusters: [{ clusterArn: input.clusters[0], status }] });
  };

const ec2 =
  (state: string | undefined): Answerer =>
  ({ body }) => {
    if (new URLSearchParams(body.toString()).get('Action') !== 'DescribeInstances') return undefined;
    const instance = state
      ? `<item><instancesSet><item><instanceState><name>${state}</name></instanceState></item></instancesSet></item>`
      : '';
    const xml = `<DescribeInstancesResponse><reservationSet>${instance}</reservationSet></DescribeInstancesResponse>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: xml };
  };

let aws: Loopback;

beforeEach(() => Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }));
afterEach(async () => {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  await aws.close();
});

async function inSession(
  answerers: readonly Answerer[],
  look: typeof awaitNothingTagged,
  waitMs = 30_000,
): Promise<readonly string[]> {
  aws = await startLoopback(fakeSts(), ...answerers);
  process.env.AWS_ENDPOINT_URL = aws.url;
  const options = { region: 'eu-central-1', config: join(writeProject(), 'modelapp.config.js') };
  return withSession(options, (session) => look(session, parseVersion('1.2.0'), { waitMs, pollMs: 5 }));
}

test('asks for what bears the tags of both stack and version', async () => {
  const asked: Tags[] = [];
  const tags = fakeTags((filters) => {
    asked.push(filters);
    return [topic];
  });

  expect(await inSession([tags], taggedResources)).toEqual([topic]);
  expect(asked).toEqual([
    [
      { Key: 'modelapp:stack', Values: ['ModelApp-1-2-0'] },
      { Key: 'modelapp:version', Values: ['1.2.0'] },
    ],
  ]);
});

test.each([
  ['a task definition', arn('ecs', 'task-definition/modelapp:7'), ecs('INACTIVE'), ecs('ACTIVE')],
  ['a cluster', arn('ecs', 'cluster/modelapp'), ecs('INACTIVE'), ecs('ACTIVE')],
  ['an instance', arn('ec2', 'instance/i-0a1b'), ec2('terminated'), ec2('running')],
  ['an instance that is forgotten', arn('ec2', 'instance/i-0a1b'), ec2(undefined), ec2('pending')],
])('%s counts while it exists, though AWS lists it longer', async (_, listed, gone, there) => {
  const tags = fakeTags(() => [listed]);

  expect(await inSession([tags, gone], taggedResources)).toEqual([]);
  await aws.close();
  expect(await inSession([tags, there], taggedResources)).toEqual([listed]);
});

test('waits until the list is empty', async () => {
  const answers = [[topic], [topic], []];

  expect(await inSession([fakeTags(() => answers.shift()!)], awaitNothingTagged)).toEqual([]);
});

test('gives what is left when the wait is over', async () => {
  expect(await inSession([fakeTags(() => [topic])], awaitNothingTagged, 50)).toEqual([topic]);
});
