import { requireWorkingStack } from '../aws/deployed';
import type { AwsSession } from '../aws/session';
import { findStack } from '../aws/stacks';
import { CommandError, ExitCode } from '../failure';

/** Whose executions are the jobs. */
export interface JobMachine {
  /** ARN of the state machine. */
  readonly machine: string;
}

/** What jobs in AWS need to know of their deployment. */
export interface TrainingPlace extends JobMachine {
  /** The bucket of configurations, outputs and models. */
  readonly bucket: string;
  /** Where those write that lead a job: a scheduler, or what trains a model. */
  readonly logGroups: readonly string[];
}

/** @throws {CommandError} with the command that deploys it, if there is no stack for training */
export async function requireTraining(session: AwsSession): Promise<TrainingPlace> {
  const { names, region } = session;
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
    ...jobMachine(session),
    bucket,
    logGroups: [names.trainingLogGroup('scheduler'), names.trainingLogGroup('trainer')],
  };
}

/** The state machine of a deployment, which need not be there. */
export const jobMachine = ({ names, region, account, partition }: AwsSession): JobMachine => ({
  machine: `arn:${partition}:states:${region}:${account}:stateMachine:${names.trainingMachine}`,
});

/** The ARN of a job's execution. */
export const executionOf = ({ machine }: JobMachine, id: string): string =>
  `${machine.replace(':stateMachine:', ':execution:')}:${id}`;
