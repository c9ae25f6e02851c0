import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Key, runAtTerminal, type Shown } from '../../support/pseudo-terminal';
import { awsAt, ModelappCommand } from '../aws/support/command';
import { writeProject } from '../aws/support/project';
import { Deployment, Surroundings } from './support/deployment';

let surroundings: Surroundings;
let deployment: Deployment;
let project: string;
let result: string;

beforeAll(async () => {
  surroundings = await Surroundings.start();
});

beforeEach(async () => {
  deployment = await Deployment.start(surroundings);
  project = writeProject({}, { version: '1.2.0', versions: ['1.2.0'] });
  result = join(project, 'result');
  await deployment.deployVersion('1.2.0', { predictions: 25 });
});

afterEach(() => deployment.stop());
afterAll(() => surroundings?.stop());

/** `modelapp revert 1.2.0` at a terminal, with its result in a file. */
function revert(keys: string): Promise<Shown> {
  const command = new ModelappCommand(project, awsAt(deployment.url));
  const words = command.words('revert', '1.2.0');
  return runAtTerminal(words, { to: 'Yes / ', keys }, { ...command.place, stdoutFile: result });
}

const stackState = () => deployment.cloudFormation.stacks.find(({ name }) => name === 'ModelApp-1-2-0')?.state;

test.each([
  ['Enter', Key.enter],
  ['n', 'n'],
  ['Ctrl-C', Key.interrupt],
])('with %s as the answer nothing is removed', async (_, keys) => {
  const { screen, exitCode } = await revert(keys);

  expect(screen).toContain('  table  inputs_1_2_0            25 rows\n');
  expect(screen).toContain('Remove 1.2.0?');
  expect(screen).toMatch(/modelapp: nothing was changed\n$/);
  expect(exitCode).toBe(5);
  expect(stackState()).toBe('CREATE_COMPLETE');
  expect(readFileSync(result, 'utf8')).toBe('');
});

test.each([
  ['y', 'y'],
  ['the arrow to Yes and Enter', `${Key.left}${Key.enter}`],
])('with %s as the answer the version is removed, and only the result goes to a file', async (_, keys) => {
  const { screen, exitCode } = await revert(keys);

  expect(exitCode).toBe(0);
  expect(stackState()).toBe('DELETE_COMPLETE');
  expect(screen).toContain('Deleting ModelApp-1-2-0');
  expect(readFileSync(result, 'utf8')).toMatch(
    /^Reverted 1\.2\.0 in eu-central-1\. Removed:\n {2}stack {2}ModelApp-1-2-0\n/,
  );
});
