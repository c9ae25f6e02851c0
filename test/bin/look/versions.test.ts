import { FakeListenerRule, ruleArn } from '../../lambda/support/fake-listener-rule';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson, fails } from '../aws/support/answers';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

interface Account {
  readonly stacks?: readonly FakeStack[];
  readonly listed?: readonly string[];
  readonly answerers?: readonly Answerer[];
}

async function versions(
  words: readonly string[],
  { stacks = [], listed = [], answerers = [] }: Account = {},
): Promise<Ended> {
  const server = await startLoopback(
    ...answerers,
    fakeSts(),
    new FakeCloudFormation([...stacks]).answerer,
    noRepository,
  );
  servers.push(server);
  return new ModelappCommand(writeProject({}, { versions: listed }), awsAt(server.url)).run('versions', ...words);
}

const describeImages = 'AmazonEC2ContainerRegistry_V20150921.DescribeImages';
const noRepository = fails('DescribeImages', 'RepositoryNotFoundException', 'The repository does not exist');
/** Two pages of images; one image bears two tags, one of them no version. */
const images = answersJson(describeImages, (input: { nextToken?: string }) =>
  input.nextToken
    ? { imageDetails: [image(['1.2.0', 'events-0123456789abcdef'], 212_400_000)] }
    : { imageDetails: [image(['1.1.0'], 198_000_000)], nextToken: 'more' },
);
const image = (imageTags: string[], imageSizeInBytes: number) => ({
  imageTags,
  imageSizeInBytes,
  imagePushedAt: Date.parse('2026-03-01T10:00:00Z') / 1_000,
});

const deployed = (version: string, state = 'CREATE_COMPLETE'): FakeStack => ({
  name: `ModelApp-${version.replaceAll('.', '-')}`,
  state,
});
const split: FakeStack = {
  name: 'ModelApp-Split',
  state: 'CREATE_COMPLETE',
  outputs: {
    Weights: '1.1.0:90,1.2.0:10',
    RuleArn: ruleArn,
    TargetGroups: JSON.stringify({ '1.1.0': 'arn:1', '1.2.0': 'arn:2' }),
  },
};

test('lists stacks, images and what cdk.json lists, in order of versions', async () => {
  const ended = await versions([], {
    stacks: [
      deployed('10.0.0', 'ROLLBACK_COMPLETE'),
      deployed('1.1.0'),
      { name: 'ModelApp-Base', state: 'CREATE_COMPLETE' },
    ],
    listed: ['1.0.0', '1.1.0'],
    answerers: [images],
  });

  expect(ended).toEqual({
    stdout: `\
version  state              image                                weight  listed
1.0.0    not deployed       none                                 -       yes
1.1.0    CREATE_COMPLETE    pushed 2026-03-01 10:00 UTC, 198 MB  -       yes
1.2.0    not deployed       pushed 2026-03-01 10:00 UTC, 212 MB  -       VERSION
10.0.0   ROLLBACK_COMPLETE  none                                 -       no
`,
    stderr: '',
    exitCode: 0,
  });
});

test('shows the weights of the live rule, and how it was deployed where that is another', async () => {
  const rule = new FakeListenerRule({ 'arn:1': 90 });

  const { stdout } = await versions([], {
    stacks: [deployed('1.1.0'), deployed('1.2.0'), deployed('1.3.0'), split],
    answerers: [rule.answerer],
  });

  expect(stdout).toBe(`\
version  state            image  weight               listed
1.1.0    CREATE_COMPLETE  none   90                   no
1.2.0    CREATE_COMPLETE  none   0, deployed with 10  VERSION
1.3.0    CREATE_COMPLETE  none   0                    no
`);
});

test('as JSON tells each version with null for what it lacks', async () => {
  const { stdout } = await versions(['--json'], {
    stacks: [deployed('1.2.0')],
    listed: ['1.1.0'],
    answerers: [images],
  });

  expect(JSON.parse(stdout)).toEqual([
    {
      version: '1.1.0',
      state: null,
      image: { pushedAt: '2026-03-01T10:00:00.000Z', bytes: 198_000_000 },
      weight: null,
      deployedWeight: null,
      listed: true,
      current: false,
    },
    {
      version: '1.2.0',
      state: 'CREATE_COMPLETE',
      image: { pushedAt: '2026-03-01T10:00:00.000Z', bytes: 212_400_000 },
      weight: null,
      deployedWeight: null,
      listed: false,
      current: true,
    },
  ]);
});

test('of an account without a deployment prints an empty table', async () => {
  expect(await versions([])).toEqual({
    stdout: 'version  state  image  weight  listed\n',
    stderr: 'No version is deployed in eu-central-1\n',
    exitCode: 0,
  });
  expect((await versions(['--json'])).stdout).toBe('[]\n');
});

test('names the action if AWS denies it', async () => {
  const denied = fails('DescribeImages', 'AccessDeniedException', 'no');

  expect(await versions([], { answerers: [denied] })).toEqual({
    stdout: '',
    stderr: 'modelapp: AWS denies ecr:DescribeImages: no\n',
    exitCode: 4,
  });
});

test('a cdk.json with something else than versions is a usage error', async () => {
  const { stderr, exitCode } = await versions([], { listed: ['latest'] });

  expect(stderr).toMatch(/^modelapp: .*cdk\.json: modelapp:versions: 'latest' is not a version: write /);
  expect(exitCode).toBe(2);
});
