import { type PythonEnvironment, preparePythonEnvironment } from '../../support/python-environment';

/** Tells the test files what the setup of the project found. */
const variable = 'MODELAPP_TEST_MOTO';

type Found = PythonEnvironment | { readonly missing: string };

/** Finds or makes what the tests of this project need, once for all of its files. */
export function prepareRequirements(): void {
  process.env[variable] = JSON.stringify(find());
}

function find(): Found {
  try {
    return preparePythonEnvironment('moto[server]', 'test/deploy/moto/requirements.txt');
  } catch (error) {
    return { missing: (error as Error).message };
  }
}

/**
 * Describes tests that need moto. Where it cannot run, one test in their place says what is missing, and fails if
 * `MODELAPP_E2E=required`.
 */
export function describeWithMoto(name: string, tests: (environment: PythonEnvironment) => void): void {
  const found = JSON.parse(process.env[variable] ?? '{"missing":"the setup of the Jest project"}') as Found;
  if (!('missing' in found)) {
    describe(name, () => tests(found));
    return;
  }
  const message = `not run: ${found.missing}`;
  it(`${name} is ${message}`, () => {
    process.stderr.write(`${name}: ${message}\n`);
    if (process.env.MODELAPP_E2E === 'required') throw new Error(message);
  });
}
