import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { type CommandFailed, Terminal } from './support/terminal';

jest.setTimeout(300_000);

describeWithMoto('What looks at a deployment', (python) => {
  const tree = new ReleaseTree('1.1.0');
  const stack = 'ModelApp-1-1-0';
  let aws: AwsServer;
  let terminal: Terminal;
  let outputs: Record<string, string | undefined>;

  beforeAll(async () => {
    tree.build();
    tree.list('1.0.0');
    aws = await startAwsServer(python);
    terminal = new Terminal(aws, tree);
    await terminal.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);
    for (const name of ['ModelApp-Base', stack]) {
      await terminal.cdk('deploy', name, '--exclusively', '--require-approval', 'never');
    }
    const { Stacks } = await new CloudFormationClient(aws.client).send(new DescribeStacksCommand({ StackName: stack }));
    outputs = Object.fromEntries(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
  });
  afterAll(() => aws?.stop());

  const json = async (...words: readonly string[]) => JSON.parse(await terminal.modelapp(...words, '--json'));

  test('endpoint prints the address that the stack puts out', async () => {
    expect(await terminal.modelapp('endpoint')).toBe(outputs.Endpoint);
  });

  test('endpoint --key prints the key that was generated', async () => {
    const secret = await new SecretsManagerClient(aws.client).send(
      new GetSecretValueCommand({ SecretId: outputs.ApiKeysSecret }),
    );
    const { admin } = JSON.parse(secret.SecretString!);

    expect(admin).toHaveLength(40);
    expect(await terminal.modelapp('endpoint', '--key', '--scope', 'admin')).toBe(admin);
  });

  test('endpoint of another version names the one that is deployed', async () => {
    const refused = await terminal.modelapp('endpoint', '1.2.0').catch((error: CommandFailed) => error);

    expect(refused).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: `modelapp: ModelApp-1-2-0 is not deployed in ${aws.region}; deployed: 1.1.0\n`,
    });
  });

  test('versions lists what is deployed, and what cdk.json lists', async () => {
    expect(await json('versions')).toEqual([
      expect.objectContaining({ version: '1.0.0', state: null, image: null, listed: true }),
      expect.objectContaining({
        version: '1.1.0',
        state: 'CREATE_COMPLETE',
        image: { pushedAt: expect.any(String), bytes: expect.any(Number) },
        weight: null,
        current: true,
      }),
    ]);
  });

  test('status finds service, targets, instances and alarms of the stack', async () => {
    const status = await json('status');

    expect(status).toMatchObject({
      stack: { name: stack, state: 'CREATE_COMPLETE' },
      endpoint: outputs.Endpoint,
      tasks: { running: 0, failures: [] },
      targets: [{ group: 'own' }],
      instances: { minimum: 1, maximum: 4 },
      alarms: [
        { name: 'modelapp-1-1-0-errors', state: expect.any(String) },
        { name: 'modelapp-1-1-0-latency', state: expect.any(String) },
        { name: 'modelapp-1-1-0-unhealthy', state: expect.any(String) },
      ],
    });
  });

  test('logs prints what the tasks wrote, as far as it matches', async () => {
    const logs = new CloudWatchLogsClient(aws.client);
    const place = { logGroupName: '/modelapp/1-1-0/service', logStreamName: 'task/service/3f2a91bc0d4e4f6f' };
    await logs.send(new CreateLogStreamCommand(place));
    const timestamp = Date.now() - 60_000;
    const logEvents = ['started', 'a warning', 'stopped'].map((message, index) => ({
      message,
      timestamp: timestamp + index,
    }));
    await logs.send(new PutLogEventsCommand({ ...place, logEvents }));

    const at = (index: number) => new Date(timestamp + index).toISOString();
    expect(await terminal.modelapp('logs')).toBe(
      `${at(0)}  3f2a91bc  started\n${at(1)}  3f2a91bc  a warning\n${at(2)}  3f2a91bc  stopped`,
    );
    expect(await terminal.modelapp('logs', '1.1.0', '--filter', 'warning')).toBe(`${at(1)}  3f2a91bc  a warning`);
  });
});
