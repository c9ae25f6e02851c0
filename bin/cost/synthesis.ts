import { exec } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DeployTarget } from '../../config/names';
import type { Template } from '../../lib/cost/template';
import { readCdkJson } from '../aws/cdk-json';
import { readListedVersions } from '../aws/listed-versions';
import { CommandError, ExitCode } from '../failure';

/** Templates by name of their stack. */
export type Templates = Readonly<Record<string, Template>>;

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { readonly type: string; readonly properties?: { readonly templateFile?: string } }>
  >;
}

/** As the CDK CLI tells the app that no template is shown or deployed; the rules for those take half of the time. */
const unchecked = { 'aws:cdk:bundling-stacks': [] };

/**
 * Synthesises the stacks by the CDK app of `cdk.json` in a temporary folder. Without the CDK CLI, which would ask AWS for
 * the account.
 * @param directory the folder of `cdk.json`
 * @param also what to synthesise the stack of beside those that the file lists
 * @throws {CommandError} with what the build or the app said
 */
export async function synthesizeTemplates(directory: string, also?: DeployTarget): Promise<Templates> {
  const [file, , { app, build, context }] = readCdkJson(directory);
  if (!app) throw new CommandError(`${file}: names no app`, ExitCode.usage);
  if (build) await run(build, directory);
  const assembly = await mkdtemp(join(tmpdir(), 'modelapp-stacks-'));
  try {
    const values = { ...context, ...(also && listing(directory, also)), ...unchecked };
    await run(app, directory, { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify(values) });
    return await readTemplates(assembly);
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

/** The context value that adds a target. */
const listing = (directory: string, target: DeployTarget): object =>
  target === 'events' || target === 'training'
    ? { [target]: true }
    : { versions: [...readListedVersions(directory), target].join(',') };

/** A command line as the CDK CLI runs it: by the shell. */
async function run(command: string, directory: string, variables: NodeJS.ProcessEnv = {}): Promise<void> {
  const options = { cwd: directory, env: { ...process.env, ...variables }, maxBuffer: 64 * 1024 ** 2 };
  await promisify(exec)(command, options).catch(({ stdout, stderr, message }) => {
    const said = String(stderr).trim() || String(stdout).trim() || message;
    throw new CommandError(`the stacks cannot be synthesised:\n${said}`);
  });
}

async function readTemplates(assembly: string): Promise<Templates> {
  const { artifacts }: Manifest = JSON.parse(await readFile(join(assembly, 'manifest.json'), 'utf8'));
  const files = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const read = async ([stack, { properties }]: (typeof files)[number]): Promise<[string, Template]> => [
    stack,
    JSON.parse(await readFile(join(assembly, properties?.templateFile ?? `${stack}.template.json`), 'utf8')),
  ];
  return Object.fromEntries(await Promise.all(files.map(read)));
}
