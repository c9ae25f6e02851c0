import { basename } from 'node:path';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  InvalidArn,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type ConfInput, type JobInput, parseJobInput } from '../../lambda/job-step/job-input';
import type { JobResult } from '../../lambda/job-step/output/model-trained';
import type { AwsSession } from '../aws/session';
import { CommandError, ExitCode } from '../failure';
import { storeObject } from './objects';
import { executionOf, type JobMachine, type TrainingPlace } from './place';

/** A job in AWS, as its execution tells it. */
export type Job = {
  readonly id: string;
  readonly startedAt: Date;
  /** Absent while it runs. */
  readonly endedAt?: Date;
} & (
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: JobResult }
  | { readonly state: 'failed'; readonly error: string; readonly cause: string }
  | { readonly state: 'stopped' }
);

/** A configuration of a job that is to be started. */
export interface GivenFile {
  readonly name: string;
  readonly text: Buffer;
}

/**
 * Starts a job with a configuration, of which it gets a copy of its own.
 * @throws {CommandError} if there cannot be such a job; nothing is started then
 */
export async function startConfJob(
  session: AwsSession,
  place: TrainingPlace,
  id: string,
  { name, text }: GivenFile,
  options: Omit<ConfInput, 'conf'>,
): Promise<void> {
  const { bucket } = place;
  const key = `jobs/${id}/${basename(name)}`;
  const input = checkedInput({ conf: `s3://${bucket}/${key}`, ...options });
  await storeObject(session, bucket, key, text);
  await startJob(session, place, id, input);
}

/** Starts a job that nothing has to be brought for. */
export async function startJob(
  session: AwsSession,
  { machine }: JobMachine,
  id: string,
  input: JobInput,
): Promise<void> {
  await session
    .client(SFNClient)
    .send(new StartExecutionCommand({ stateMachineArn: machine, name: id, input: JSON.stringify(input) }));
}

function checkedInput(input: JobInput): JobInput {
  try {
    return parseJobInput(input);
  } catch (error) {
    throw new CommandError((error as Error).message, ExitCode.usage);
  }
}

/** @throws {CommandError} if there is no such job */
export async function readJob(session: AwsSession, place: JobMachine, id: string): Promise<Job> {
  const { status, startDate, stopDate, output, error, cause } = await session
    .client(SFNClient)
    .send(new DescribeExecutionCommand({ executionArn: executionOf(place, id) }))
    .catch((failure) => {
      throw failure instanceof ExecutionDoesNotExist || failure instanceof InvalidArn ? noSuchJob(id) : failure;
    });
  const job = { id, startedAt: startDate ?? new Date(0), ...(stopDate && { endedAt: stopDate }) };
  switch (status) {
    case 'SUCCEEDED':
      return { ...job, state: 'done', result: JSON.parse(output ?? '') as JobResult };
    case 'FAILED':
    case 'TIMED_OUT':
      return { ...job, state: 'failed', error: error ?? status, cause: cause ?? '' };
    case 'ABORTED':
      return { ...job, state: 'stopped' };
    default:
      return { ...job, state: 'running' };
  }
}

/** What a job does in its states, for those who wait. */
const doings: Readonly<Record<string, string>> = {
  Ready: 'waits for its machines',
  Servers: 'starts its servers',
  Scheduler: 'starts its scheduler',
  Work: 'trains',
  Collect: 'takes over its model',
  Cleanup: 'gives its machines back',
};

/** What a job does now; undefined in states that are over at once. */
export async function doingOf(session: AwsSession, place: JobMachine, id: string): Promise<string | undefined> {
  return doings[(await stateOf(session, place, id)) ?? ''];
}

/** The jobs that started last, the youngest first. */
export async function recentJobs(session: AwsSession, place: JobMachine, most: number): Promise<Job[]> {
  const { executions = [] } = await session
    .client(SFNClient)
    .send(new ListExecutionsCommand({ stateMachineArn: place.machine, maxResults: most }));
  return Promise.all(executions.map(({ name = '' }) => readJob(session, place, name)));
}

/** The state that a job has entered last; undefined if it has entered none yet. */
async function stateOf(session: AwsSession, place: JobMachine, id: string): Promise<string | undefined> {
  const { events = [] } = await session.client(SFNClient).send(
    new GetExecutionHistoryCommand({
      executionArn: executionOf(place, id),
      reverseOrder: true,
      maxResults: 20,
      includeExecutionData: false,
    }),
  );
  return events.find(({ type }) => type === 'TaskStateEntered')?.stateEnteredEventDetails?.name;
}

/** Ends a job at once. Its machines are ended by the budget guard, which hears of it. */
export async function stopJob(session: AwsSession, place: JobMachine, id: string): Promise<void> {
  await session
    .client(SFNClient)
    .send(
      new StopExecutionCommand({ executionArn: executionOf(place, id), error: 'Stopped', cause: 'by modelapp train' }),
    );
}

const noSuchJob = (id: string): CommandError =>
  new CommandError(`there is no job ${id}; AWS keeps them for 90 days`, ExitCode.absent);
