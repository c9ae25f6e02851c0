import { requireWorkingStack } from '../aws/deployed';
import type { AwsSession } from '../aws/session';
import { findStack } from '../aws/stacks';
import { CommandError, ExitCode } from '../failure';

/** What jobs in AWS need to know of their deployment. */
export interface TrainingPlace {
  /** ARN of the state machine. */
  readonly machine: string;
  /** The bucket of configurations, outputs and models. */
  readonly bucket: string;
  /** Where the scheduler writes its lines. */
  readonly logGroup: string;
}

/** @throws {CommandError} with the command that deploys it, if there is no stack for training */
export async function requireTraining(session: AwsSession): Promise<TrainingPlace> {
  const { names, region, account, partition } = session;
  if (!(await findStack(session, names.trainingStack))) {
    throw new CommandError(
      `${names.trainingStack} is not deployed in ${region}: modelapp deploy training`,
      ExitCode.absent,
    );
  }
  await requireWorkingStack(session, names.trainingStack);
  const bucket = (await requireWorkingStack(session, names.baseStack)).outputs.ArtifactsName;
  if (!bucket)
    throw new CommandError(`${names.baseStack} is older than this command: modelapp deploy`, ExitCode.absent);
  return {
    machine: `arn:${partition}:states:${region}:${account}:stateMachine:${names.trainingMachine}`,
    bucket,
    logGroup: names.trainingLogGroup('scheduler'),
  };
}

/** The ARN of a job's execution. */
export const executionOf = ({ machine }: TrainingPlace, id: string): string =>
  `${machine.replace(':stateMachine:', ':execution:')}:${id}`;
