import { FakeS3 } from '../../lambda/support/fake-s3';
import { type Answerer, json, jsonFailure, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson } from '../aws/support/answers';
import { FakeCloudFormation } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';

export const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:modelapp-training';
export const executionOf = (id: string): string =>
  `arn:aws:states:eu-central-1:123456789012:execution:modelapp-training:${id}`;

/** What a job was started with. */
export interface Started {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/** An execution as Step Functions describes it. */
export interface Described {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** The job `net-1`, when it has made a model. */
export const done: Described = {
  status: 'SUCCEEDED',
  output: JSON.stringify({
    jobId: 'net-1',
    model: 's3://artifacts/models/jobs/net-1/',
    files: ['net_S0'],
    evaluation: { auc: 0.75, logloss: null },
  }),
};

const sfn = (operation: string): string => `AWSStepFunctions.${operation}`;

/** AWS where jobs can be started: each becomes what is told here, and the one called `gone` is not there. */
export class FakeTraining {
  readonly s3 = new FakeS3();
  readonly cloudFormation = new FakeCloudFormation([
    { name: 'ModelApp-Base', state: 'CREATE_COMPLETE', outputs: { ArtifactsName: 'artifacts' } },
    { name: 'ModelApp-Training', state: 'CREATE_COMPLETE' },
  ]);
  readonly started: Started[] = [];
  readonly stopped: object[] = [];
  /** What becomes of the job, look by look; the last one stays. */
  looks: Described[] = [{ status: 'RUNNING' }];
  /** What its scheduler writes. */
  lines: readonly string[] = [];
  #loopback!: Loopback;

  static async start(): Promise<FakeTraining> {
    const training = new FakeTraining();
    training.#loopback = await startLoopback(
      fakeSts(),
      ...training.executions,
      training.logs,
      training.cloudFormation.answerer,
      training.s3.answerer,
    );
    return training;
  }

  get url(): string {
    return this.#loopback.url;
  }

  close(): Promise<void> {
    return this.#loopback.close();
  }

  private readonly executions: readonly Answerer[] = [
    answersJson(sfn('StartExecution'), (input: Started) => {
      this.started.push(input);
      return { executionArn: executionOf(input.name), startDate: 0 };
    }),
    ({ headers, body }) => {
      if (headers['x-amz-target'] !== sfn('DescribeExecution')) return undefined;
      const { executionArn } = JSON.parse(body.toString());
      if (executionArn === executionOf('gone')) return jsonFailure('ExecutionDoesNotExist');
      const look = this.looks.length > 1 ? this.looks.shift() : this.looks[0];
      return json({ executionArn, stateMachineArn: machine, startDate: 1_777_777_777, ...look });
    },
    answersJson(sfn('GetExecutionHistory'), () => ({
      events: [{ id: 1, timestamp: 0, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Work' } }],
    })),
    answersJson(sfn('StopExecution'), (input: object) => {
      this.stopped.push(input);
      return { stopDate: 0 };
    }),
  ];

  private readonly logs = answersJson(
    'Logs_20140328.FilterLogEvents',
    ({ logGroupName }: { logGroupName: string }) => ({
      events: (logGroupName === '/modelapp/training/scheduler' ? this.lines : []).map((message, n) => ({
        eventId: String(n),
        timestamp: Date.now(),
        message,
      })),
    }),
  );
}
