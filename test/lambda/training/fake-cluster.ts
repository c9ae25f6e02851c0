import { type TaskKind, taskKinds } from '../../../config/training/training-task';
import { type Answerer, json, jsonFailure } from '../support/loopback';
import type { FakeClock } from './fake-clock';
import type { FakeFleet, FakeMachine } from './fake-fleet';

export const clusterName = 'training';
const arn = (rest: string): string => `arn:aws:ecs:eu-central-1:111111111111:${rest}`;

/** The environment of a started task, and what it was started with. */
export interface StartedTask {
  readonly role: TaskKind;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[] | undefined;
  readonly family: string;
}

export interface FakeTask extends StartedTask {
  readonly arn: string;
  readonly startedBy: string;
  readonly machine: FakeMachine;
  readonly address: string;
  state: 'PENDING' | 'RUNNING' | 'STOPPED';
  desired: 'RUNNING' | 'STOPPED';
  exitCode?: number;
  stopCode?: string;
  reason?: string;
}

interface TaskDefinition {
  readonly family: string;
  readonly containerDefinitions: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

interface RunTaskInput {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly count: number;
  readonly startedBy: string;
  readonly clientToken: string;
  readonly placementConstraints?: readonly { readonly type: string }[];
  readonly overrides: {
    readonly containerOverrides: readonly {
      readonly name: string;
      readonly environment: readonly { readonly name: string; readonly value: string }[];
      readonly command?: readonly string[];
    }[];
  };
}

/** Seconds that a task takes to run, and to stop. */
const [startSeconds, stopSeconds] = [20, 5];

/** ECS takes so many characters of overrides. */
const longestOverrides = 8192;

/** An ECS cluster on the machines of a fleet. */
export class FakeCluster {
  readonly tasks: FakeTask[] = [];
  readonly definitions = new Map<string, TaskDefinition>();
  /** Says why a task cannot be placed. */
  noRoom: (task: StartedTask) => string | undefined = () => undefined;
  /** Runs when a task runs. */
  running: (task: FakeTask) => void = () => {};
  readonly #answers = new Map<string, { readonly input: string; readonly answer: object }>();

  constructor(
    private readonly clock: FakeClock,
    private readonly fleet: FakeFleet,
  ) {
    fleet.gone = (machine) => {
      for (const task of this.tasks) if (task.machine === machine) this.lose(task);
    };
    for (const role of taskKinds) {
      this.definitions.set(role, {
        family: role,
        networkMode: 'awsvpc',
        taskRoleArn: `task-role-${role}`,
        containerDefinitions: [
          {
            name: role,
            image: `our-${role}`,
            healthCheck: {},
            command: ['job', role],
            user: '999',
            linuxParameters: { tmpfs: [] },
            environment: [
              { name: 'AWS_REGION', value: 'eu-central-1' },
              { name: 'TMPDIR', value: '/var/lib/modelapp' },
            ],
          },
        ],
      });
    }
  }

  /** Tasks that run or are to. */
  get live(): readonly FakeTask[] {
    return this.tasks.filter(({ desired }) => desired === 'RUNNING');
  }

  readonly answerer: Answerer = ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '');
    if (!target.startsWith('AmazonEC2ContainerServiceV20141113.')) return undefined;
    const input = JSON.parse(body.toString());
    if (input.cluster !== undefined && input.cluster !== clusterName) return jsonFailure('ClusterNotFoundException');
    switch (target.split('.')[1]) {
      case 'ListContainerInstances':
        return json({
          containerInstanceArns: this.machines(input.filter).map(({ id }) => arn(`container-instance/${id}`)),
        });
      case 'RunTask':
        return this.run(input);
      case 'DescribeTasks':
        return json({ tasks: this.tasks.filter((task) => input.tasks.includes(task.arn)).map(description) });
      case 'ListTasks':
        return json({ taskArns: this.live.filter(({ startedBy }) => isOf(startedBy, input)).map((task) => task.arn) });
      case 'StopTask':
        return this.stop(input.task);
      case 'ListTaskDefinitions':
        return json({ taskDefinitionArns: [...this.definitions.keys()].filter((name) => name === input.familyPrefix) });
      case 'DescribeTaskDefinition':
        return json({ taskDefinition: this.definitions.get(input.taskDefinition) });
      case 'RegisterTaskDefinition':
        this.definitions.set(input.family, input);
        return json({ taskDefinition: input });
      case 'DeregisterTaskDefinition':
        this.definitions.delete(input.taskDefinition);
        return json({});
      default:
        return undefined;
    }
  };

  /** A task ends by itself. */
  end(task: FakeTask, exitCode: number): void {
    if (task.state !== 'STOPPED') this.stopped(task, { exitCode, reason: 'Essential container in task exited' });
  }

  /** A task goes with its machine. */
  lose(task: FakeTask): void {
    if (task.state !== 'STOPPED') {
      this.stopped(task, { stopCode: 'TerminationNotice', reason: 'Host EC2 (instance) terminated.' });
    }
  }

  private stopped(task: FakeTask, how: Pick<FakeTask, 'exitCode' | 'stopCode' | 'reason'>): void {
    Object.assign(task, how, { state: 'STOPPED', desired: 'STOPPED' });
  }

  private machines(filter?: string): FakeMachine[] {
    if (filter !== undefined && filter !== 'attribute:modelapp.lifecycle == on-demand') throw new Error(filter);
    return this.fleet.machines.filter(
      ({ joined, ending, lifecycle }) => joined && !ending && (!filter || lifecycle === 'on-demand'),
    );
  }

  private run(input: RunTaskInput) {
    const known = this.#answers.get(input.clientToken);
    if (known) return known.input === JSON.stringify(input) ? json(known.answer) : jsonFailure('ConflictException');
    if (input.count > 10 || !/^[\w-]{1,36}$/.test(input.startedBy)) return jsonFailure('InvalidParameterException');
    if (JSON.stringify(input.overrides).length > longestOverrides) return jsonFailure('InvalidParameterException');
    const definition = this.definitions.get(input.taskDefinition);
    const container = input.overrides.containerOverrides[0]!;
    if (definition?.containerDefinitions[0]?.name !== container.name) return jsonFailure('ClientException');
    const answer = this.place(input, container);
    this.#answers.set(input.clientToken, { input: JSON.stringify(input), answer });
    return json(answer);
  }

  private place(
    input: RunTaskInput,
    { environment, command }: RunTaskInput['overrides']['containerOverrides'][number],
  ) {
    const variables = Object.fromEntries(environment.map(({ name, value }) => [name, value]));
    const family = input.taskDefinition;
    const role = (variables.DMLC_ROLE ?? 'trainer') as FakeTask['role'];
    const reason = this.noRoom({ role, environment: variables, command, family });
    const machine = reason === undefined ? this.machineFor(family, role) : undefined;
    if (!machine) return { tasks: [], failures: [{ reason: reason ?? 'RESOURCE:MEMORY' }] };
    const number = this.tasks.length + 1;
    const task: FakeTask = {
      ...{ role, environment: variables, command, family, machine, startedBy: input.startedBy },
      ...{ arn: arn(`task/${clusterName}/${number}`), address: `10.0.0.${number}` },
      ...{ state: 'PENDING', desired: 'RUNNING' },
    };
    this.tasks.push(task);
    this.clock.after(startSeconds, () => {
      if (task.state !== 'PENDING') return;
      task.state = 'RUNNING';
      this.running(task);
    });
    return { tasks: [{ taskArn: task.arn }], failures: [] };
  }

  /** Servers and the scheduler stand on machines that stay; a worker has one for itself, as what trains a model. */
  private machineFor(family: string, role: FakeTask['role']): FakeMachine | undefined {
    const isAlone = role === 'worker' || role === 'trainer';
    const there = this.tasks.filter(({ state }) => state !== 'STOPPED');
    return this.machines(isAlone ? undefined : 'attribute:modelapp.lifecycle == on-demand').find((machine) => {
      const others = there.filter((task) => task.machine === machine);
      return isAlone ? others.length === 0 : !others.some((task) => task.family === family || task.role === 'worker');
    });
  }

  private stop(taskArn: string) {
    const task = this.tasks.find((each) => each.arn === taskArn);
    if (!task) return jsonFailure('InvalidParameterException');
    task.desired = 'STOPPED';
    this.clock.after(stopSeconds, () => {
      if (task.state !== 'STOPPED') this.stopped(task, { exitCode: 143, stopCode: 'UserInitiated', reason: 'stopped' });
    });
    return json({ task: description(task) });
  }
}

const isOf = (startedBy: string, input: { readonly startedBy?: string }): boolean =>
  input.startedBy === undefined || input.startedBy === startedBy;

const description = (task: FakeTask): object => ({
  taskArn: task.arn,
  startedBy: task.startedBy,
  lastStatus: task.state,
  desiredStatus: task.desired,
  stopCode: task.stopCode,
  stoppedReason: task.reason,
  attachments: task.state === 'PENDING' ? [] : [{ details: [{ name: 'privateIPv4Address', value: task.address }] }],
  containers: [{ name: task.role, exitCode: task.exitCode }],
});
