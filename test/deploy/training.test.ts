import { Account } from './support/account';
import { type AwsServer, startAwsServer } from './support/aws-server';
import { ReleaseTree } from './support/release-tree';
import { describeWithMoto } from './support/requirements';
import { story } from './support/story';
import { type CommandFailed, Terminal } from './support/terminal';

jest.setTimeout(300_000);

/** As `modelapp status training --json` prints it. */
interface Status {
  readonly healthy: boolean;
  readonly jobs: readonly { readonly id: string; readonly state: string }[];
  readonly fleet: {
    readonly target: { readonly onDemand: number; readonly spot: number };
    readonly machines: object[];
  };
  readonly guard: object;
  readonly schedules: readonly object[];
  readonly problems: readonly object[];
}

const noMachines = { target: { onDemand: 0, spot: 0 }, machines: [] };

// The life of what training jobs run on: each test starts where the one before it ended. Moto keeps executions without
// running them, so that the steps are called here.
describeWithMoto('Training', (python) => {
  const step = story();
  let aws: AwsServer;
  let account: Account;
  let tree: ReleaseTree;
  let terminal: Terminal;
  /** The command that watches the job. */
  let watching: Promise<string>;
  let jobId: string;
  let bucket: string;

  beforeAll(async () => {
    aws = await startAwsServer(python);
    account = new Account(aws);
    tree = new ReleaseTree('1.1.0');
    const schedule = `{ name: 'nightly', schedule: 'cron(0 3 * * ? *)', conf: 's3://clicks/ctr.conf', workers: 2 }`;
    const config = tree.read('modelapp.config.ts');
    tree.write('modelapp.config.ts', config.replace('models: {', `schedules: [${schedule}],\n  models: {`));
    tree.build();
    terminal = new Terminal(aws, tree);
    await terminal.cdk('bootstrap', `aws://${aws.account}/${aws.region}`);
  });
  afterAll(() => aws?.stop());

  const status = async () => JSON.parse(await terminal.modelapp('status', 'training', '--json')) as Status;
  const execution = () => ({
    arn: `arn:aws:states:${aws.region}:${aws.account}:execution:modelapp-training:${jobId}`,
    id: jobId,
    startedAt: new Date().toISOString(),
    input: { conf: `s3://${bucket}/jobs/${jobId}/ctr.conf`, servers: 1, workers: 2 },
  });
  const jobStep = (name: string, more: object = {}) =>
    account.invoke('modelapp-job-step', { step: name, now: new Date().toISOString(), execution: execution(), ...more });
  const writeConf = (file: string) =>
    tree.write(
      'clicks.conf',
      `training_data { format: TEXT text: LIBSVM file: "${file}" }
       model_output { format: TEXT file: "model/clicks" }
       loss { type: LOGIT } penalty { type: L1 lambda: 1 } learning_rate { type: DECAY alpha: 0.1 beta: 1 }
       async_sgd { algo: FTRL }`,
    );

  step('that is not deployed yet is told with the command that deploys it', async () => {
    writeConf('s3://clicks/train.txt');

    await expect(terminal.modelapp('train', 'clicks.conf', '--on', 'aws')).rejects.toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('modelapp deploy training'),
    });
  });

  step('is deployed after what all versions share, with an image of its own and no machine', async () => {
    const printed = JSON.parse(await terminal.modelapp('deploy', 'training', '--yes', '--json'));

    expect(printed).toMatchObject({ stack: 'ModelApp-Training', region: aws.region });
    expect(printed.image).toMatch(/^training-[0-9a-f]{16}$/);
    expect(await account.imageTags()).toEqual([printed.image]);
    expect(await account.stackState('ModelApp-Training')).toBe('CREATE_COMPLETE');
    expect(await status()).toMatchObject({
      healthy: true,
      jobs: [],
      fleet: noMachines,
      guard: { maxJobHours: 6 },
      schedules: [{ name: 'nightly', schedule: 'cron(0 3 * * ? *)', enabled: true }],
    });
  });

  step('is noted in cdk.json, so that the CDK CLI knows it', async () => {
    expect((await terminal.cdk('list')).split('\n').map((line) => line.trim())).toContain('ModelApp-Training');
  });

  step('has a log for each role, without lines before the first job', async () => {
    expect(await terminal.modelapp('logs', 'training', '--json')).toBe('[]');
  });

  step('refuses data of this machine, and names the command that brings it to the bucket', async () => {
    bucket = (await account.outputs('ModelApp-Base')).ArtifactsName!;
    tree.write('clicks.txt', '1 1:1\n');
    writeConf('clicks.txt');

    await expect(terminal.modelapp('train', 'clicks.conf', '--on', 'aws')).rejects.toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`modelapp upload clicks.txt s3://${bucket}/data/`),
    });

    await terminal.modelapp('upload', 'clicks.txt', `s3://${bucket}/data/`);
    writeConf(`s3://${bucket}/data/clicks.txt`);
  });

  step('takes a job, which the status shows while a command watches it', async () => {
    watching = terminal.modelapp('train', 'clicks.conf', '--on', 'aws', '--workers', '2');
    // Its end is expected two steps from here.
    watching.catch(() => {});

    let jobs: Status['jobs'] = [];
    while (jobs.length === 0) ({ jobs } = await status());

    expect(jobs).toEqual([expect.objectContaining({ state: 'running' })]);
    jobId = jobs[0]!.id;
    expect(jobId).toMatch(/^clicks-\d{14}-[0-9a-f]{4}$/);
  });

  step('gives the job machines, which are at work and no problem', async () => {
    const job = await jobStep('Claim');
    await jobStep('Raise', { job });

    const { fleet, problems } = await status();
    expect(fleet.target).toEqual({ onDemand: 1, spot: 2 });
    expect(fleet.machines).toHaveLength(3);
    expect(problems).toEqual([]);
  });

  step('refuses a second job while the first one has the machines', async () => {
    const other = { ...execution(), arn: `${execution().arn}-other`, id: 'other' };

    await expect(
      account.invoke('modelapp-job-step', { step: 'Claim', now: new Date(), execution: other }),
    ).rejects.toThrow(`the job ${jobId} runs`);
  });

  step('ends the command with the job that is stopped, whose machines the budget guard ends', async () => {
    await terminal.modelapp('train', '--stop', jobId);

    const failure = await watching.then(
      () => undefined,
      (error: CommandFailed) => error,
    );
    expect(failure).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`the job ${jobId} was stopped`) });
    expect(await status()).toMatchObject({
      healthy: false,
      problems: [{ about: 'fleet', text: expect.stringMatching(/^3 machines run and no job does/) }],
    });

    await account.invoke('modelapp-budget-guard', { time: new Date().toISOString() });

    expect(await status()).toMatchObject({ healthy: true, jobs: [{ id: jobId, state: 'stopped' }], fleet: noMachines });
  });

  step('is destroyed while a job has machines, and leaves none', async () => {
    terminal.modelapp('train', 'clicks.conf', '--on', 'aws').catch(() => {});
    let running: Status['jobs'][number] | undefined;
    while (!running) running = (await status()).jobs.find(({ state }) => state === 'running');
    jobId = running.id;
    await jobStep('Raise', { job: await jobStep('Claim') });
    expect((await status()).fleet.machines).toHaveLength(3);

    await terminal.cdk('destroy', 'ModelApp-Training', '--force');

    // A fleet that still has machines cannot be deleted here.
    expect(await account.stackState('ModelApp-Training')).toBeUndefined();
    expect(await account.imageTags()).toEqual([]);
    expect(await account.stackState('ModelApp-Base')).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  });
});
