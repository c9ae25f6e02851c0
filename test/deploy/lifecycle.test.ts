import { Account } from './support/account';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { story } from './support/story';
import { Terminal } from './support/terminal';
import { countPredictions, recordPredictions } from './support/version-rows';

jest.setTimeout(300_000);

// One deployment's life: each test starts where the one before it ended.
describeWithMoto('A deployment', (python) => {
  const step = story();
  let aws: AwsServer;
  let account: Account;
  let trees: { readonly older: ReleaseTree; readonly newer: ReleaseTree };
  /** In a tree that releases 1.1.0. */
  let older: Terminal;
  /** In a tree that releases 1.2.0 beside it. */
  let newer: Terminal;

  beforeAll(async () => {
    aws = await startAwsServer(python);
    account = new Account(aws);
    trees = { older: new ReleaseTree('1.1.0'), newer: new ReleaseTree('1.2.0') };
    trees.newer.list('1.1.0');
    for (const tree of Object.values(trees)) tree.build();
    older = new Terminal(aws, trees.older);
    newer = new Terminal(aws, trees.newer);
  });
  afterAll(() => aws?.stop());

  step('needs an account that is bootstrapped, and names the command', async () => {
    await expect(older.modelapp('deploy', '--yes')).rejects.toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`cdk bootstrap aws://${aws.account}/${aws.region}`),
    });

    await older.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);

    expect(await account.stackState('CDKToolkit')).toBe('CREATE_COMPLETE');
  });

  step('starts with what all versions share, and a version', async () => {
    const printed = await older.modelapp('deploy', '--traffic', '--yes');

    expect(printed).toMatch(/^http:\/\/\S+\.elb\.amazonaws\.com$/);
    for (const stack of ['ModelApp-Base', 'ModelApp-Traffic', 'ModelApp-1-1-0']) {
      expect(await account.stackState(stack)).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    }
    expect(await account.imageTags()).toEqual(['1.1.0']);
    expect(await countPredictions(aws.rds, '1.1.0')).toBe(0);
    expect(trees.older.listed).toEqual(['1.1.0']);
  });

  step('takes another version from another tree', async () => {
    await newer.modelapp('deploy', '--yes');

    expect(await account.imageTags()).toEqual(['1.1.0', '1.2.0']);
    expect(await countPredictions(aws.rds, '1.2.0')).toBe(0);
    expect(trees.newer.listed).toEqual(['1.1.0', '1.2.0']);
  });

  step('has an endpoint for each version and one that they share', async () => {
    const endpoints = await Promise.all(['1.1.0', '1.2.0', 'traffic'].map((name) => newer.modelapp('endpoint', name)));

    const stacks = ['ModelApp-1-1-0', 'ModelApp-1-2-0', 'ModelApp-Traffic'];
    const outputs = await Promise.all(stacks.map((name) => account.outputs(name)));
    expect(endpoints).toEqual(outputs.map(({ Endpoint }) => Endpoint));
    expect(new Set(endpoints).size).toBe(3);
  });

  step('keeps what an older version recorded when a newer tree deploys it again', async () => {
    await recordPredictions(aws.rds, '1.1.0', 11);
    await recordPredictions(aws.rds, '1.2.0', 12);

    await newer.modelapp('deploy', '1.1.0', '--yes');

    expect(await account.stackState('ModelApp-1-1-0')).toBe('UPDATE_COMPLETE');
    expect(await countPredictions(aws.rds, '1.1.0')).toBe(11);
  });
});
