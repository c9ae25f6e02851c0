import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { Terminal } from './support/terminal';

jest.setTimeout(300_000);

// The steps of one deployment's life, each of which starts where the one before it ended.
describeWithMoto('A deployment', (python) => {
  const tree = new ReleaseTree('1.1.0');
  let aws: AwsServer;
  let terminal: Terminal;

  beforeAll(async () => {
    tree.build();
    aws = await startAwsServer(python);
    terminal = new Terminal(aws, tree);
  });
  afterAll(() => aws?.stop());

  const deploy = (...stacks: readonly string[]) =>
    terminal.cdk('deploy', ...stacks, '--exclusively', '--require-approval', 'never');
  const stackOutputs = async (StackName: string): Promise<Record<string, string | undefined>> => {
    const { Stacks } = await new CloudFormationClient(aws.client).send(new DescribeStacksCommand({ StackName }));
    return Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
  };

  it('starts in an account that is bootstrapped', async () => {
    await terminal.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);
  });

  it('has a base stack, whose functions set the database up', async () => {
    await deploy('ModelApp-Base');

    const roles = await aws.rds.query<{ name: string }>(
      `select rolname as name from pg_roles where rolname like 'modelapp\\_%' order by 1`,
    );
    expect(roles.map(({ name }) => name)).toEqual([
      'modelapp_admin',
      'modelapp_events',
      'modelapp_master',
      'modelapp_training',
    ]);
  });

  it('has a version with tables and an endpoint', async () => {
    await deploy('ModelApp-1-1-0');

    const { Endpoint, URL } = await stackOutputs('ModelApp-1-1-0');
    expect(Endpoint).toMatch(/^http:\/\/.+\.elb\.amazonaws\.com$/);
    expect(URL).toBe(Endpoint);
    const owned = `select tablename from pg_tables where tableowner = 'modelapp_1_1_0'`;
    expect(await aws.rds.query(owned)).toContainEqual({ tablename: 'inputs_1_1_0' });
  });
});
