import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const programs = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  'docker-registry': 'docker-registry',
  debootstrap: 'debootstrap',
};

/** What the tests with Docker lack on this machine, as a user reads it; empty if they can run. */
function missing(): string[] {
  if (process.platform !== 'linux') return ['Linux'];
  const absent = Object.entries(programs).filter(([program]) => !onPath(program));
  const lacking = absent.map(([program, aptPackage]) => `${program} (apt-get install ${aptPackage})`);
  return mayMount() ? lacking : ['root with the right to mount', ...lacking];
}

/** Whether this process has the capability CAP_SYS_ADMIN, which root lacks inside most containers. */
function mayMount(): boolean {
  const [, effective = '0'] = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Describes tests that need a Docker daemon. Where it cannot run, one test in their place says what is missing, and fails
 * if `MODELAPP_E2E=required`.
 */
export function describeWithDocker(name: string, tests: () => void): void {
  const lacking = missing();
  if (lacking.length === 0) {
    describe(name, tests);
    return;
  }
  const message = `not run: ${lacking.join(', ')}`;
  it(`${name} is ${message}`, () => {
    process.stderr.write(`${name}: ${message}\n`);
    if (process.env.MODELAPP_E2E === 'required') throw new Error(message);
  });
}
