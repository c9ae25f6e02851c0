import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type JobInput, parseJobInput } from '../../lambda/job-step/job-input';
import type { TrainedModel } from '../../lambda/job-step/output/model-trained';
import type { AwsSession } from '../aws/session';
import { CommandError, ExitCode } from '../failure';
import { storeObject } from './objects';
import { executionOf, type TrainingPlace } from './place';

/** A job in AWS, as its execution tells it. */
export type Job = {
  readonly id: string;
  readonly startedAt: Date;
} & (
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly model: TrainedModel }
  | { readonly state: 'failed'; readonly error: string; readonly cause: string }
  | { readonly state: 'stopped' }
);

/**
 * An id that tells configuration and time, and is no other job's: `ctr-20260504120000-1f3a`.
 * @returns at most 36 characters, of which ECS takes no more
 */
export function newJobId(confFile: string, now: Date): string {
  const name = basename(confFile)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, 16);
  const time = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${name || 'job'}-${time}-${randomBytes(2).toString('hex')}`;
}

/**
 * Starts a job with a configuration, of which it gets a copy of its own.
 * @throws {CommandError} if there cannot be such a job; nothing is started then
 */
export async function startJob(
  session: AwsSession,
  { machine, bucket }: TrainingPlace,
  { id, conf, confFile, ...size }: Omit<JobInput, 'conf'> & { id: string; conf: Buffer; confFile: string },
): Promise<void> {
  const key = `jobs/${id}/${basename(confFile)}`;
  const input = checkedInput({ conf: `s3://${bucket}/${key}`, ...size });
  await storeObject(session, bucket, key, conf);
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
export async function readJob(session: AwsSession, place: TrainingPlace, id: string): Promise<Job> {
  const { status, startDate, output, error, cause } = await session
    .client(SFNClient)
    .send(new DescribeExecutionCommand({ executionArn: executionOf(place, id) }))
    .catch((failure) => {
      throw failure instanceof ExecutionDoesNotExist ? noSuchJob(id) : failure;
    });
  const job = { id, startedAt: startDate ?? new Date(0) };
  switch (status) {
    case 'SUCCEEDED':
      return { ...job, state: 'done', model: JSON.parse(output ?? '') as TrainedModel };
    case 'FAILED':
    case 'TIMED_OUT':
      return { ...job, state: 'failed', error: error ?? status, cause: cause ?? '' };
    case 'ABORTED':
      return { ...job, state: 'stopped' };
    default:
      return { ...job, state: 'running' };
  }
}

/** The state that a job has entered last; undefined if it has entered none yet. */
export async function stateOf(session: AwsSession, place: TrainingPlace, id: string): Promise<string | undefined> {
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
export async function stopJob(session: AwsSession, place: TrainingPlace, id: string): Promise<void> {
  await session
    .client(SFNClient)
    .send(
      new StopExecutionCommand({ executionArn: executionOf(place, id), error: 'Stopped', cause: 'by modelapp train' }),
    );
}

const noSuchJob = (id: string): CommandError =>
  new CommandError(`there is no job ${id}; AWS keeps them for 90 days`, ExitCode.absent);
