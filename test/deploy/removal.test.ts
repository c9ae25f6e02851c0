import { Account } from './support/account';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { story } from './support/story';
import { Terminal } from './support/terminal';

jest.setTimeout(300_000);

// From an empty account to one with nothing but what is meant to stay: each test starts where the one before it ended.
describeWithMoto('A deployment that is removed again', (python) => {
  const step = story();
  const question = (keys: string) => ({ to: 'Yes / ', keys });
  let aws: AwsServer;
  let account: Account;
  let tree: ReleaseTree;
  let terminal: Terminal;

  beforeAll(async () => {
    aws = await startAwsServer(python);
    account = new Account(aws);
    tree = new ReleaseTree('1.1.0');
    tree.build();
    terminal = new Terminal(aws, tree);
    await terminal.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);
  });
  afterAll(() => aws?.stop());

  step('is not begun where the answer is no', async () => {
    const { screen, exitCode } = await terminal.modelappAnswered(question('n'), 'deploy');

    expect(screen).toContain(`Deploy ModelApp-Base, ModelApp-1-1-0 to ${aws.region}?`);
    expect(screen).toMatch(/modelapp: nothing was changed\n$/);
    expect(exitCode).toBe(5);
    expect(await account.stackNames()).toEqual(['CDKToolkit']);
    expect(tree.listed).toEqual([]);
  });

  step('begins where the answer is yes', async () => {
    const { screen, exitCode } = await terminal.modelappAnswered(question('y'), 'deploy');

    expect(exitCode).toBe(0);
    expect(screen).not.toContain('Supply a stack id');
    expect(await account.stackNames()).toEqual(['CDKToolkit', 'ModelApp-1-1-0', 'ModelApp-Base']);
    expect(tree.sharesEntry).toBeUndefined();
  });

  step('gets the shared entry later, on the Base that was deployed without it', async () => {
    await terminal.cdk(
      'deploy',
      'ModelApp-Traffic',
      '--exclusively',
      '--require-approval',
      'never',
      '-c',
      'traffic=true',
    );

    expect(await account.stackState('ModelApp-Traffic')).toBe('CREATE_COMPLETE');
  });

  step('notes the shared entry in cdk.json when a version is put behind it', async () => {
    await terminal.modelapp('deploy', '--traffic', '--yes');
    await terminal.modelapp('split', '1.1.0:100');

    expect(tree.sharesEntry).toBe(true);
    expect(await terminal.cdk('list')).toContain('ModelApp-Traffic');
  });

  step('ends the split and keeps what was split', async () => {
    expect(await terminal.modelapp('split', 'off')).toBe('Traffic is no longer split');

    expect(await account.stackNames()).toEqual(['CDKToolkit', 'ModelApp-1-1-0', 'ModelApp-Base', 'ModelApp-Traffic']);
    expect(await terminal.modelapp('split', 'off')).toBe('Traffic was not split');
  });

  step('gives its last version back', async () => {
    const { screen, exitCode } = await terminal.modelappAnswered(question('y'), 'revert', '1.1.0');

    expect(screen).toContain('No other version is live');
    expect(exitCode).toBe(0);
    expect(await account.stackNames()).toEqual(['CDKToolkit', 'ModelApp-Base', 'ModelApp-Traffic']);
    expect(await account.imageTags()).toEqual([]);
  });

  step('keeps the shared stacks, which are protected', async () => {
    for (const stack of ['ModelApp-Traffic', 'ModelApp-Base']) {
      await expect(terminal.cdk('destroy', stack, '--exclusively', '--force')).rejects.toMatchObject({
        stderr: expect.stringContaining('TerminationProtection is enabled'),
      });
    }
  });

  step('leaves only its buckets when the protection is lifted', async () => {
    const buckets = await account.buckets();

    for (const stack of ['ModelApp-Traffic', 'ModelApp-Base']) {
      await account.liftProtection(stack);
      await terminal.cdk('destroy', stack, '--exclusively', '--force');
    }

    expect(await account.stackNames()).toEqual(['CDKToolkit']);
    expect(await account.buckets()).toEqual(buckets);
  });
});
