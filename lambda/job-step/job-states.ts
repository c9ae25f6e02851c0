import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  JitterType,
  JsonPath,
  Parallel,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { Next } from './job-state';
import type { StepRequest } from './job-step.handler';

/** Errors that may be gone a little later. A step that is repeated starts nothing twice. */
const passing = [
  'Unavailable',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.Timeout',
];

/** Between two looks: an execution of 20 hours has room for so many. Tasks come sooner than machines come and go. */
const pauses = { tasks: Duration.seconds(15), others: Duration.seconds(30) } as const;

interface StepOptions {
  /**
   * Where the step's answer goes.
   * @default `$.job`
   */
  readonly resultPath?: string;
  /**
   * What the step is told of the state.
   * @default the job
   */
  readonly told?: Readonly<Record<string, string>>;
  /** @default two minutes */
  readonly longest?: Duration;
}

/**
 * The states of a training job. All work stands in one Parallel, so that whatever ends it, well or not, leads to the same
 * cleanup.
 */
export class JobStates extends Construct {
  readonly start: IChainable;

  constructor(
    scope: Construct,
    id: string,
    private readonly jobStep: IFunction,
  ) {
    super(scope, id);
    const cleanup = this.cleanup();
    this.start = new Parallel(this, 'Job', { resultSelector: { 'model.$': '$[0].model' }, resultPath: '$.result' })
      .branch(this.work())
      .addCatch(cleanup, { errors: ['States.ALL'], resultPath: '$.failure' })
      .next(cleanup);
  }

  private work(): IChainable {
    const collect = this.step('Collect', { resultPath: '$.model', longest: Duration.minutes(15) });
    const ready = this.step('Ready');
    const work = this.repeat(this.step('Work'), pauses.others, { on: collect, resume: ready });
    const scheduler = this.repeat(this.step('Scheduler'), pauses.tasks, { on: work });
    const servers = this.repeat(this.step('Servers'), pauses.tasks, { on: scheduler });
    this.repeat(ready, pauses.others, { on: servers });
    // The list of executions lags behind, and two that start together have to see each other.
    return new Wait(this, 'Settle', { time: WaitTime.duration(Duration.seconds(10)) })
      .next(this.step('Claim', { told: {} }))
      .next(this.step('Raise'))
      .next(ready);
  }

  private cleanup(): IChainable {
    const cleanup = this.step('Cleanup', { resultPath: '$.cleanup', told: { 'state.$': '$' } });
    cleanup.addRetry({ errors: ['MachinesLeft'], maxAttempts: 0 });
    cleanup.addRetry({
      errors: ['States.ALL'],
      interval: Duration.seconds(5),
      maxAttempts: 20,
      maxDelay: Duration.minutes(1),
    });
    const outcome = new Choice(this, 'Outcome')
      .when(
        Condition.isPresent('$.failure'),
        new Fail(this, 'Failed', { errorPath: '$.failure.Error', causePath: '$.cleanup.message' }),
      )
      .otherwise(new Succeed(this, 'Trained', { outputPath: '$.result.model' }));
    return this.repeat(cleanup, pauses.others, { on: outcome }, '$.cleanup.next');
  }

  /** A state that the function does the work of. */
  private step(name: StepRequest['step'], { resultPath, told, longest }: StepOptions = {}): LambdaInvoke {
    const step = new LambdaInvoke(this, name, {
      lambdaFunction: this.jobStep,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      taskTimeout: Timeout.duration(longest ?? Duration.minutes(2)),
      payload: TaskInput.fromObject({
        step: name,
        now: JsonPath.stringAt('$$.State.EnteredTime'),
        execution: {
          arn: JsonPath.stringAt('$$.Execution.Id'),
          id: JsonPath.stringAt('$$.Execution.Name'),
          startedAt: JsonPath.stringAt('$$.Execution.StartTime'),
          input: JsonPath.objectAt('$$.Execution.Input'),
        },
        ...(told ?? { 'job.$': '$.job' }),
      }),
      resultPath: resultPath ?? '$.job',
    });
    step.addRetry({
      errors: passing,
      interval: Duration.seconds(2),
      maxAttempts: 6,
      maxDelay: Duration.minutes(1),
      jitterStrategy: JitterType.FULL,
    });
    return step;
  }

  /** Does a step again and again until it says which way to go. */
  private repeat(
    step: LambdaInvoke,
    pause: Duration,
    ways: Partial<Record<Next, IChainable>>,
    next = '$.job.next',
  ): LambdaInvoke {
    const { id } = step.node;
    const choice = new Choice(this, `After ${id}`);
    for (const [way, state] of Object.entries(ways)) choice.when(Condition.stringEquals(next, way), state);
    choice.otherwise(new Wait(this, `Wait for ${id}`, { time: WaitTime.duration(pause) }).next(step));
    step.next(choice);
    return step;
  }
}
