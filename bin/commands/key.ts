import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { isCancel, password } from '@clack/prompts';
import { Argument, Command, Option } from 'commander';
import { createKey, keyDigest } from '../../service/auth/api-key';
import type { Scope } from '../../service/auth/caller';
import { hashPassword } from '../../service/auth/password-hash';
import { CommandError, ExitCode } from '../failure';

/** Where the command reads a password and writes what it made. */
export interface KeyStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  /** Where the question for a password stands, so that the output can go to a file. */
  readonly stderr: Writable;
}

const scopeOption = () =>
  new Option('--scope <scope>', 'what it allows; admin includes predict').choices(['predict', 'admin']);

/**
 * `modelapp key`: makes credentials for the configuration, which holds only their hashes.
 * @param streams the process's own by default
 */
export function keyCommand(streams: KeyStreams = process): Command {
  const command = new Command('key').description('make credentials for `auth` in modelapp.config.ts');
  const print = (lines: string) => streams.stdout.write(`${lines}\n`);

  command
    .command('api')
    .description('make an API key; the configuration holds its SHA-256 only')
    .option('--name <name>', 'shown in logs instead of the key', 'default')
    .addOption(scopeOption().default('predict'))
    .addHelpText('after', '\nExample:\n  modelapp key api --name dashboard --scope predict')
    .action(({ name, scope }: { name: string; scope: Scope }) => {
      const key = createKey();
      print(`The key, shown this once; send it as the header x-api-key:\n${key}`);
      print(`Add to auth.apiKeys in modelapp.config.ts:\n${line({ name, sha256: keyDigest(key), scopes: [scope] })}`);
    });

  command
    .command('basic')
    .description('hash a password for HTTP Basic, typed at the terminal or read from standard input')
    .addArgument(new Argument('<user>', 'name of the user, without a colon'))
    .addOption(scopeOption().default('predict'))
    .addHelpText(
      'after',
      '\nExamples:\n  modelapp key basic ann\n  modelapp key basic ann --scope admin < password.txt',
    )
    .action(async (user: string, { scope }: { scope: Scope }) => {
      if (!/^[^:]+$/.test(user)) {
        throw new CommandError(
          `user '${user}': must not be empty nor hold a colon; choose another name`,
          ExitCode.usage,
        );
      }
      const secret = await readPassword(streams);
      if (!secret) throw new CommandError('there is no password; type one, or pipe it to standard input');
      const scrypt = await hashPassword(secret);
      print(`Add to auth.basic in modelapp.config.ts:\n${line({ user, scrypt, scopes: [scope] })}`);
    });

  return command;
}

/** An entry as a line of the configuration file. */
const line = (entry: object): string => `${inspect(entry, { breakLength: Infinity })},`;

/** The password without the line break that ends it; undefined if the user cancelled. */
async function readPassword({ stdin, stderr }: KeyStreams): Promise<string | undefined> {
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '');
  const typed = await password({ message: 'Password', input: stdin, output: stderr });
  return isCancel(typed) ? undefined : typed;
}
