import { readFile } from 'node:fs/promises';
import { failureExitCodes } from '../../lambda/job-step/failure';
import type { ConfInput } from '../../lambda/job-step/job-input';
import type { TrainedModel, TrainedRevision } from '../../lambda/job-step/output/model-trained';
import type { Conf } from '../../training/conf/conf';
import { readConf } from '../../training/conf/read-conf';
import type { AwsOptions } from '../aws/options';
import { type AwsSession, withSession } from '../aws/session';
import { configuredModel } from '../commands/models/configured-model';
import { readVariant } from '../commands/models/read-variant';
import { CommandError, ExitCode } from '../failure';
import { newJobId } from '../job-id';
import { print, progress } from '../output';
import { readJob, startConfJob, startJob, stopJob } from './jobs';
import { refuseLocalPaths } from './local-paths';
import { bringModel } from './model-files';
import { requireTraining, type TrainingPlace } from './place';
import { type EndedJob, watchJob } from './watch';

/** A job to start in AWS. */
export interface RemoteTraining extends Omit<ConfInput, 'conf'> {
  /** The file of the configuration. */
  readonly confFile: string;
}

/**
 * Trains in AWS: starts a job, prints what its scheduler writes, and brings back the model. Ends with the exit code of the
 * job.
 * @throws {CommandError | ConfError | InterruptedError}
 */
export async function trainOnAws(training: RemoteTraining, options: AwsOptions): Promise<void> {
  const { confFile, ...input } = training;
  const { text, conf } = training.image ? await readForeign(confFile) : await readOurs(confFile);
  await withSession(options, async (session) => {
    const place = await requireTraining(session);
    if (conf) refuseLocalPaths(conf, confFile, place.bucket);
    refuseUnwritable(training.checkpoint, place.bucket);
    const id = newJobId(confFile, new Date());
    await startConfJob(session, place, id, { name: confFile, text }, input);
    progress(`Job ${id} is started`);
    await finish(session, place, id, options, conf && localPrefix(conf));
  });
}

/** A revision to make in AWS. */
export interface ModelTraining {
  readonly model: string;
  /** Whether it is to serve. */
  readonly activate: boolean;
  /**
   * A file of parameters that it takes this time.
   * @default those of the model
   */
  readonly variant?: string;
}

/**
 * Makes a new revision of a model of the configuration, in AWS.
 * @throws {CommandError | InterruptedError}
 */
export const trainModelOnAws = ({ model, activate, variant }: ModelTraining, options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    configuredModel(session.config, model);
    const parameters = variant === undefined ? undefined : readVariant(session.config, model, variant);
    const place = await requireTraining(session);
    const id = newJobId(model, new Date());
    await startJob(session, place, id, { model, ...(!activate && { activate }), ...(parameters && { parameters }) });
    progress(`Job ${id} is started`);
    await finish(session, place, id, options, undefined);
  });

/** Jobs may write to one folder of one bucket. */
function refuseUnwritable(checkpoint: string | undefined, bucket: string): void {
  const writable = `s3://${bucket}/jobs/`;
  if (checkpoint === undefined || checkpoint.startsWith(writable)) return;
  throw new CommandError(
    `--checkpoint: jobs in AWS write below ${writable} only, not to ${checkpoint}`,
    ExitCode.usage,
  );
}

/** A configuration, and what it says if that is known here. */
interface GivenConf {
  readonly text: Buffer;
  readonly conf: Conf | undefined;
}

/** What it says is only known to the engine that it is for. */
async function readForeign(file: string): Promise<GivenConf> {
  const text = await readFile(file).catch((error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`, ExitCode.usage);
  });
  return { text, conf: undefined };
}

async function readOurs(file: string): Promise<GivenConf> {
  const { text, conf, warnings } = await readConf(file);
  for (const warning of warnings) progress(`warning: ${warning}`);
  return { text: Buffer.from(text), conf };
}

/** Goes on watching a job, of which it brings back the model. */
export const attachToJob = (id: string, options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => finish(session, await requireTraining(session), id, options, undefined));

/**
 * Ends a job in AWS.
 * @throws {CommandError} if there is none of that id, or it has ended
 */
export const stopRemoteJob = (id: string, options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const place = await requireTraining(session);
    const { state } = await readJob(session, place, id);
    if (state !== 'running') throw new CommandError(`the job ${id} has ended`, ExitCode.absent);
    await stopJob(session, place, id);
    progress(`Job ${id} is stopped; the budget guard ends its machines within some minutes`);
  });

/** Where the model's files go on this machine, if the configuration says so. */
const localPrefix = (conf: Conf): string | undefined =>
  conf.kind === 'evaluation' || conf.modelOutput?.startsWith('s3://') ? undefined : conf.modelOutput;

async function finish(
  session: AwsSession,
  place: TrainingPlace,
  id: string,
  { json = false }: AwsOptions,
  prefix: string | undefined,
): Promise<void> {
  const job = await watchJob(session, place, id, json);
  if (job.state !== 'done') throw failureOf(job);
  const { result } = job;
  if ('revision' in result) return (json ? reportRevisionJson : reportRevision)(result);
  const files = await bringModel(session, result, prefix);
  (json ? reportJson : report)(result, files);
}

function failureOf(job: Exclude<EndedJob, { readonly state: 'done' }>): CommandError {
  if (job.state === 'stopped') return new CommandError(`the job ${job.id} was stopped`);
  const exitCode = (failureExitCodes as Partial<Record<string, number>>)[job.error] ?? ExitCode.failed;
  return new CommandError(`the job ${job.id} failed: ${job.cause || job.error}`, exitCode);
}

function report({ model, evaluation }: TrainedModel, files: readonly string[]): void {
  for (const [name, score] of Object.entries(evaluation ?? {})) print(`${name}: ${score ?? 'nan'}`);
  if (files.length > 0) progress(`The model is in ${model}`);
  for (const file of files) print(file);
}

function reportJson({ jobId, model, evaluation }: TrainedModel, files: readonly string[]): void {
  if (evaluation) print(JSON.stringify({ type: 'evaluation', ...evaluation }));
  print(JSON.stringify({ type: 'result', status: 'done', exitCode: 0, jobId, model, modelFiles: files }));
}

function reportRevision({ model, revision, activated, reason, scores }: TrainedRevision): void {
  for (const [name, score] of Object.entries(scores)) print(`${name} score: ${score ?? 'none'}`);
  if (revision === null) print(`${model}: not kept, ${reason}`);
  else print(`${model}: revision ${revision} is ${activated ? 'active' : 'kept'}`);
}

const reportRevisionJson = (result: TrainedRevision): void =>
  print(JSON.stringify({ type: 'result', status: 'done', exitCode: 0, ...result }));
