import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Described } from './fake-training';
import { givenTraining } from './given-training';

jest.setTimeout(120_000);

const given = givenTraining();

describe('a model of the configuration', () => {
  const made = { model: 'iris', revision: 7, activated: true, reason: null, scores: { train: 0.98, test: null } };
  const ended = (result: object): Described => ({
    status: 'SUCCEEDED',
    output: JSON.stringify({ jobId: 'iris-1', ...result }),
  });

  test('gets a new revision, which is told with its scores', async () => {
    given.aws.looks = [ended(made)];

    const { stdout, stderr, exitCode } = await given.train('iris', '--on', 'aws');

    expect(given.aws.started[0]!.name).toMatch(/^iris-\d{14}-[0-9a-f]{4}$/);
    expect(JSON.parse(given.aws.started[0]!.input)).toEqual({ model: 'iris' });
    expect(stdout).toBe('train score: 0.98\ntest score: none\niris: revision 7 is active\n');
    expect(stderr).toContain(`Job ${given.aws.started[0]!.name} is started\n`);
    expect(exitCode).toBe(0);
  });

  test('that was not good enough is told with the reason', async () => {
    given.aws.looks = [ended({ ...made, revision: null, activated: false, reason: 'test score 0.6 is below 0.7' })];

    const { stdout } = await given.train('iris', '--on', 'aws');

    expect(stdout).toContain('iris: not kept, test score 0.6 is below 0.7\n');
  });

  test('is asked not to serve, and told as JSON', async () => {
    given.aws.looks = [ended({ ...made, activated: false })];

    const { stdout } = await given.train('iris', '--on', 'aws', '--no-activate', '--json');

    expect(JSON.parse(given.aws.started[0]!.input)).toEqual({ model: 'iris', activate: false });
    expect(JSON.parse(stdout)).toEqual({
      type: 'result',
      status: 'done',
      exitCode: 0,
      jobId: 'iris-1',
      ...made,
      activated: false,
    });
  });

  test('takes the parameters in a file of modelapp tune', async () => {
    given.aws.looks = [ended(made)];
    const variant = { engineFactory: 'iris', algorithms: [{ name: 'softmax', params: { lambda: 0.5 } }] };
    writeFileSync(join(given.folder, 'best.json'), JSON.stringify(variant));

    const { exitCode } = await given.train('iris', '--on', 'aws', '--variant', 'best.json');

    expect(JSON.parse(given.aws.started[0]!.input)).toEqual({ model: 'iris', parameters: { lambda: 0.5 } });
    expect(exitCode).toBe(0);
  });

  test('that is not there is refused, and those that are there are named', async () => {
    expect(await given.train('irises', '--on', 'aws')).toEqual({
      stdout: '',
      stderr: "modelapp: there is no model 'irises'; the configuration has iris\n",
      exitCode: 2,
    });
    expect(given.aws.started).toEqual([]);
  });
});
