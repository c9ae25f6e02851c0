import { givenTraining, imageJob } from './given-training';

jest.setTimeout(120_000);

const given = givenTraining();

test('where ModelApp-Training is not deployed, the command that deploys it is named', async () => {
  given.aws.cloudFormation.stacks.pop();

  expect(await given.train(...imageJob)).toEqual({
    stdout: '',
    stderr: 'modelapp: ModelApp-Training is not deployed in eu-central-1: modelapp deploy training\n',
    exitCode: 3,
  });
});

test.each([
  [['--on', 'aws'], '--on aws needs a model, or a configuration: modelapp train ctr.conf --on aws'],
  [['net.conf', '--on', 'aws', '--', 'python'], 'the command after -- is of an image: add --image URI'],
  [[...imageJob, '--workers', '0'], "--workers: '0' is not a whole number from 1 on"],
  [[...imageJob, '--workers', '65'], "the job's input: workers must be <= 64"],
  [
    ['iris', '--on', 'aws', '--workers', '4'],
    '--workers: a model is trained in AWS as modelapp.config.ts says; leave it out',
  ],
  [
    ['iris', '--on', 'aws', '--if-better-than', '0.9'],
    '--if-better-than: a model is trained in AWS as modelapp.config.ts says; leave it out',
  ],
  [[...imageJob, '--variant', 'best.json'], '--variant is of a model of modelapp.config.ts: leave it out'],
  [['--attach', 'net-1', '--variant', 'best.json'], '--attach and --stop name the job themselves: leave --variant out'],
  [[...imageJob, '--seed', '7'], "the job's input: seed does not go with an image"],
  [
    ['none.conf', ...imageJob.slice(1)],
    "none.conf cannot be read: ENOENT: no such file or directory, open 'none.conf'",
  ],
])('%j is a usage error, and nothing is started', async (words, message) => {
  expect(await given.train(...words)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: 2 });
  expect(given.aws.started).toEqual([]);
});
