import { Account } from './support/account';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { story } from './support/story';
import { Terminal } from './support/terminal';
import { countPredictions, hasRole, recordPredictions } from './support/version-rows';

jest.setTimeout(300_000);

// One deployment's life: each test starts where the one before it ended.
describeWithMoto('A deployment', (python) => {
  const step = story();
  const guard = '/modelapp/split/guard';
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

  step('splits its traffic', async () => {
    await newer.modelapp('split', '1.1.0:90,1.2.0:10');

    const { RuleArn } = await account.outputs('ModelApp-Split');
    expect(await account.ruleWeights(RuleArn)).toEqual([90, 10]);
  });

  step('shows that the rollout guard took a version out, and puts it in again', async () => {
    // GIVEN what the guard does, of which CloudFormation knows nothing
    const { RuleArn } = await account.outputs('ModelApp-Split');
    const split = { '1.1.0': 90, '1.2.0': 10 };
    const alarm = 'modelapp-1-2-0-errors';
    const at = '2026-03-01T11:30:01Z';
    const removal = { version: '1.2.0', alarm, firedAt: at, reason: 'too many', at, before: split, announced: true };
    await account.forwardToFirst(RuleArn);
    await account.writeParameter(guard, { split, removals: [{ ...removal, after: { '1.1.0': 90 } }] });
    expect(await newer.modelapp('split')).toContain(
      `The rollout guard took 1.2.0 out at ${at}: ${alarm} fired. too many`,
    );

    // WHEN
    await newer.modelapp('split', '1.1.0:90,1.2.0:10');

    // THEN
    expect(await account.ruleWeights(RuleArn)).toEqual([90, 10]);
    expect(await account.readParameter(guard)).toEqual({ split, removals: [] });
  });

  describe('while a version takes traffic', () => {
    afterEach(async () => {
      expect(await account.stackState('ModelApp-1-2-0')).toBe('CREATE_COMPLETE');
      expect(await countPredictions(aws.rds, '1.2.0')).toBe(12);
    });

    step('does not revert it, and names the split to choose first', async () => {
      await expect(newer.modelapp('revert', '1.2.0', '--yes')).rejects.toMatchObject({
        exitCode: 5,
        stderr: expect.stringContaining('next: modelapp split 1.1.0:90'),
      });
    });

    step('does not destroy it: the split, which is protected, would have to go before', async () => {
      const split = ['-c', 'traffic=true', '-c', 'split=1.1.0:90,1.2.0:10'];

      await expect(newer.cdk('destroy', 'ModelApp-1-2-0', '--force', ...split)).rejects.toMatchObject({
        stderr: expect.stringContaining('TerminationProtection is enabled'),
      });
    });

    step('does not destroy it by itself either: the split uses its export', async () => {
      await expect(newer.cdk('destroy', 'ModelApp-1-2-0', '--force', '--exclusively')).rejects.toMatchObject({
        stderr: expect.stringContaining('in use by ModelApp-Split'),
      });
    });
  });

  step('takes a version out of the split', async () => {
    await newer.modelapp('split', '1.1.0:100');

    const { RuleArn } = await account.outputs('ModelApp-Split');
    expect(await account.ruleWeights(RuleArn)).toEqual([100]);
  });

  step('loses nothing of a version whose destruction fails half-way', async () => {
    // GIVEN too little time to archive
    await account.setTimeout('modelapp-tables', 30);

    // WHEN
    await expect(newer.cdk('destroy', 'ModelApp-1-2-0', '--force')).rejects.toMatchObject({
      stdout: expect.stringContaining('archived 0 %: run it again'),
    });

    // THEN
    expect(await account.stackState('ModelApp-1-2-0')).toBe('DELETE_FAILED');
    expect(await countPredictions(aws.rds, '1.2.0')).toBe(12);
    expect(await account.imageTags()).toEqual(['1.1.0', '1.2.0']);
  });

  step('goes on with that when it reverts the version, and leaves nothing of it', async () => {
    await account.setTimeout('modelapp-tables', 900);

    const printed = await newer.modelapp('revert', '1.2.0', '--yes');

    expect(printed).toMatch(/Archive: s3:\/\/\S+archives\/1\.2\.0\//);
    expect(await account.stackState('ModelApp-1-2-0')).toBeUndefined();
    expect(await countPredictions(aws.rds, '1.2.0')).toBeUndefined();
    expect(await hasRole(aws.rds, '1.2.0')).toBe(false);
    expect(await account.imageTags()).toEqual(['1.1.0']);
    expect(trees.newer.listed).toEqual(['1.1.0']);
  });

  step('has an archive of the version that is gone', async () => {
    const [manifest, ...others] = await account.archives('1.2.0');

    expect(others).toEqual([]);
    expect(manifest).toMatchObject({ version: '1.2.0', dropped: true });
    expect(manifest?.tables).toContainEqual(
      expect.objectContaining({ name: 'inputs_1_2_0', rows: 12, complete: true }),
    );
  });

  step('still has the other version', async () => {
    expect(await account.stackState('ModelApp-1-1-0')).toBe('UPDATE_COMPLETE');
    expect(await countPredictions(aws.rds, '1.1.0')).toBe(11);
    const { RuleArn } = await account.outputs('ModelApp-Split');
    expect(await account.ruleWeights(RuleArn)).toEqual([100]);
  });

  step('says that nothing is left when it reverts the version again', async () => {
    expect(await newer.modelapp('revert', '1.2.0', '--yes')).toBe(`Nothing is left of 1.2.0 in ${aws.region}`);
  });

  describe('from other code under a version that is released', () => {
    const refusal = '1.1.0 is already released from other code: bump VERSION';
    let other: Terminal;

    beforeAll(() => {
      const tree = new ReleaseTree('1.1.0');
      const data = 'examples/iris/iris.csv';
      tree.write(data, `${tree.read(data).trimEnd()}\n5.9,3.0,5.1,1.8,virginica\n`);
      tree.build();
      other = new Terminal(aws, tree);
    });
    afterEach(async () => {
      expect(await countPredictions(aws.rds, '1.1.0')).toBe(11);
      expect(await account.imageTags()).toEqual(['1.1.0']);
    });

    step('is refused before anything changes', async () => {
      await expect(other.modelapp('deploy', '--yes')).rejects.toMatchObject({
        exitCode: 5,
        stderr: expect.stringContaining(refusal),
      });

      expect(await account.stackState('ModelApp-1-1-0')).toBe('UPDATE_COMPLETE');
    });

    step('is refused by the release guard where the CDK CLI deploys it', async () => {
      const deploy = ['deploy', 'ModelApp-1-1-0', '--exclusively', '--require-approval', 'never'];

      await expect(other.cdk(...deploy, '-c', 'traffic=true')).rejects.toMatchObject({
        // The CLI wraps its lines.
        stderr: expect.stringMatching(/1\.1\.0 is already released from other code:\s+bump VERSION/),
      });

      expect(await account.stackState('ModelApp-1-1-0')).toBe('UPDATE_ROLLBACK_COMPLETE');
    });
  });
});
