import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { done } from './fake-training';
import { givenTraining } from './given-training';

jest.setTimeout(120_000);

const given = givenTraining();

describe('a configuration of our own engine', () => {
  const write = (data: string, output: string) =>
    writeFileSync(
      join(given.folder, 'ctr.conf'),
      `training_data { format: TEXT text: LIBSVM file: "${data}" }
       model_output { format: TEXT file: "${output}" }
       loss { type: LOGIT } penalty { type: L1 lambda: 1 } learning_rate { type: DECAY alpha: 0.1 beta: 1 }
       async_sgd { algo: FTRL }`,
    );

  test('whose data is in S3 is handed in as it is, and its model brought to where it says', async () => {
    write('s3://data/train', 'model/ctr');
    given.aws.s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    given.aws.looks = [done];

    const { exitCode, stdout } = await given.train('ctr.conf', '--on', 'aws', '--servers', '2', '--replicas', '1');

    expect(JSON.parse(given.aws.started[0]!.input)).toEqual({
      conf: expect.stringMatching(/^s3:\/\/artifacts\/jobs\/ctr-/),
      servers: 2,
      workers: 1,
      replicas: 1,
    });
    expect(given.aws.s3.objects.get(`jobs/${given.aws.started[0]!.name}/ctr.conf`)?.toString()).toContain(
      's3://data/train',
    );
    expect(stdout).toContain('model/net_S0\n');
    expect(exitCode).toBe(0);
  });

  test('is told how to learn, and what to go on from', async () => {
    write('s3://data/train', 'model/ctr');
    given.aws.looks = [done];
    const place = 's3://artifacts/jobs/ctr-0/checkpoint/';
    const learning = ['--seed', '7', '--max-bad-lines', '2.5%', '--sync-examples', '500'];
    const saving = ['--checkpoint', place, '--checkpoint-every', '30', '--resume'];

    await given.train('ctr.conf', '--on', 'aws', ...learning, ...saving);

    expect(JSON.parse(given.aws.started[0]!.input)).toMatchObject({
      seed: 7,
      maxBadLines: '2.5%',
      syncExamples: 500,
      checkpoint: place,
      checkpointEvery: 30,
      resume: true,
    });
  });

  test.each([
    [
      ['--checkpoint', 's3://data/here'],
      '--checkpoint: jobs in AWS write below s3://artifacts/jobs/ only, not to s3://data/here',
    ],
    [['--resume'], "the job's input: resume needs the checkpoint of another job"],
    [['--store', 'memory'], '--store: jobs in AWS have servers of their own; leave it out'],
    [['--attach', 'ctr-1'], '--attach and --stop name the job themselves: leave ctr.conf out'],
    [['--store-url', 'redis://localhost'], '--store-url: jobs in AWS have servers of their own; leave it out'],
  ])('with %j is a usage error, and nothing is started', async (words, message) => {
    write('s3://data/train', 'model/ctr');

    const { stderr, exitCode } = await given.train('ctr.conf', '--on', 'aws', ...words);

    expect([stderr, exitCode, given.aws.started]).toEqual([`modelapp: ${message}\n`, 2, []]);
  });

  test('whose data is on this machine is refused with the command that uploads it, and nothing is started', async () => {
    write('clicks.txt', 'model/ctr');

    expect(await given.train('ctr.conf', '--on', 'aws')).toEqual({
      stdout: '',
      stderr:
        'modelapp: ctr.conf: training_data: clicks.txt is on this machine: modelapp upload clicks.txt s3://artifacts/data/, and write s3://artifacts/data/clicks.txt\n',
      exitCode: 2,
    });
    expect(given.aws.started).toEqual([]);
  });

  test('that trains by darlin is handed in like any other', async () => {
    write('s3://data/train', 'model/ctr');
    const text = readFileSync(join(given.folder, 'ctr.conf'), 'utf8');
    writeFileSync(join(given.folder, 'ctr.conf'), text.replace('async_sgd { algo: FTRL }', 'darlin { }'));
    given.aws.s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    given.aws.looks = [done];

    expect((await given.train('ctr.conf', '--on', 'aws', '--workers', '4')).exitCode).toBe(0);
    expect(JSON.parse(given.aws.started[0]!.input)).toMatchObject({ servers: 1, workers: 4 });
  });

  test('that only scores a model brings back its scores', async () => {
    writeFileSync(
      join(given.folder, 'ctr.conf'),
      `validation_data { format: TEXT text: LIBSVM file: "s3://data/test" }
       model_input { format: TEXT file: "s3://data/model/ctr_S.*" }
       loss { type: LOGIT }`,
    );
    const scored = { jobId: 'net-1', model: 's3://artifacts/models/jobs/net-1/', files: [], evaluation: { auc: 0.75 } };
    given.aws.looks = [{ status: 'SUCCEEDED', output: JSON.stringify(scored) }];

    const { stdout, stderr, exitCode } = await given.train('ctr.conf', '--on', 'aws');

    expect([stdout, exitCode]).toEqual(['auc: 0.75\n', 0]);
    expect(stderr).not.toContain('The model is in');
  });

  test('with a fault is refused before AWS is asked for anything', async () => {
    writeFileSync(join(given.folder, 'ctr.conf'), 'minibach: 3\n');
    await given.aws.close();

    const { stderr, exitCode } = await given.train('ctr.conf', '--on', 'aws');

    expect(stderr).toContain('modelapp: ctr.conf:1:1: unknown field "minibach"');
    expect(exitCode).toBe(2);
  });
});
