import { Account } from './support/account';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { story } from './support/story';
import { Terminal } from './support/terminal';

jest.setTimeout(300_000);

// One event server's life: each test starts where the one before it ended.
describeWithMoto('An event server', (python) => {
  const step = story();
  let aws: AwsServer;
  let account: Account;
  /** In a tree that releases 1.1.0. */
  let first: Terminal;
  /** In a tree of other code. */
  let second: Terminal;
  /** Tag of the image that the stack runs, after each deployment. */
  const tags: string[] = [];

  beforeAll(async () => {
    aws = await startAwsServer(python);
    account = new Account(aws);
    const trees = [new ReleaseTree('1.1.0'), new ReleaseTree('1.2.0')] as const;
    for (const tree of trees) tree.build();
    first = new Terminal(aws, trees[0]);
    second = new Terminal(aws, trees[1]);
    await first.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);
  });
  afterAll(() => aws?.stop());

  const eventTags = async () => (await account.imageTags()).filter((tag) => tag?.startsWith('events-'));
  const countEvents = async () =>
    (await aws.rds.query<{ count: number }>('select count(*)::integer as count from events'))[0]?.count;

  step('is deployed after what all versions share, which it needs alone', async () => {
    const printed = JSON.parse(await first.modelapp('deploy', 'events', '--yes', '--json'));

    const { Endpoint, URL } = await account.outputs('ModelApp-Events');
    expect(printed).toMatchObject({ stack: 'ModelApp-Events', endpoint: Endpoint, region: aws.region });
    expect(Endpoint).toMatch(/^http:\/\/\S+\.elb\.amazonaws\.com$/);
    expect(URL).toBe(Endpoint);
    expect(await account.stackState('ModelApp-Base')).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
    expect(await account.stackState('ModelApp-Events')).toBe('CREATE_COMPLETE');
    expect(printed.image).toMatch(/^events-[0-9a-f]{16}$/);
    expect(await account.imageTags()).toEqual([printed.image]);
    tags.push(printed.image);
  });

  step('is noted in cdk.json, so that the CDK CLI knows it', async () => {
    expect((await first.cdk('list')).split('\n').map((line) => line.trim())).toContain('ModelApp-Events');
  });

  step('has tables, and a role that stores events in them', async () => {
    const client = await aws.rds.connectAs('modelapp_events');
    await client.query(`insert into apps (id, name) values (1, 'shop')`);
    await client.query(
      `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, created_at)
       values (1, 'a', 'buy', 'user', '1', '{}', now(), 0, now())`,
    );
    await client.end();

    expect(await countEvents()).toBe(1);
  });

  step('stands beside a version, which comes and has an image of its own', async () => {
    await first.modelapp('deploy', '--yes');

    expect(await account.imageTags()).toEqual(['1.1.0', ...tags]);
    expect(await account.stackState('ModelApp-Events')).toBe('CREATE_COMPLETE');
  });

  step('is shown by the commands that show versions', async () => {
    const { Endpoint } = await account.outputs('ModelApp-Events');

    expect(await first.modelapp('endpoint', 'events')).toBe(Endpoint);
    expect(JSON.parse(await first.modelapp('status', 'events', '--json'))).toMatchObject({
      stack: { name: 'ModelApp-Events', state: 'CREATE_COMPLETE' },
      endpoint: Endpoint,
      targets: [{ group: 'own' }],
      alarms: [
        { name: 'modelapp-events-errors' },
        { name: 'modelapp-events-latency' },
        { name: 'modelapp-events-unhealthy' },
      ],
    });
    expect(await first.modelapp('versions')).not.toContain('events');
  });

  step('changes nothing when the same code is deployed again', async () => {
    await first.modelapp('deploy', 'events', '--yes');

    expect(await account.imageTags()).toEqual(['1.1.0', ...tags]);
    expect(await account.stackState('ModelApp-Events')).toBe('CREATE_COMPLETE');
  });

  step('takes other code, and loses the tag of the code before', async () => {
    const { image } = JSON.parse(await second.modelapp('deploy', 'events', '--yes', '--json'));

    tags.push(image);
    expect(new Set(tags).size).toBe(2);
    expect(await account.stackState('ModelApp-Events')).toBe('UPDATE_COMPLETE');
    expect(await account.imageTags()).toEqual(['1.1.0', image]);
    expect(await countEvents()).toBe(1);
  });

  step('goes back to the code before by the CDK CLI too, which publishes it anew', async () => {
    await first.cdk('deploy', 'ModelApp-Events', '--exclusively', '--require-approval', 'never');

    expect(await eventTags()).toEqual([tags[0]]);
  });

  step('is destroyed with its image; the events stay, and so does every other stack', async () => {
    const before = await Promise.all(['ModelApp-Base', 'ModelApp-1-1-0'].map((name) => account.stackState(name)));

    await first.cdk('destroy', 'ModelApp-Events', '--force');

    expect(await account.stackState('ModelApp-Events')).toBeUndefined();
    expect(await account.imageTags()).toEqual(['1.1.0']);
    expect(await Promise.all(['ModelApp-Base', 'ModelApp-1-1-0'].map((name) => account.stackState(name)))).toEqual(
      before,
    );
    expect(await countEvents()).toBe(1);
  });

  step('comes back to its events', async () => {
    await first.modelapp('deploy', 'events', '--yes');

    expect(await eventTags()).toEqual([tags[0]]);
    expect(await countEvents()).toBe(1);
  });
});
