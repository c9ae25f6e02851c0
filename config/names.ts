import type { TaskKind } from './training/training-task';
import { dashed, isVersion, type Version } from './version';

/** The functions of a deployment. */
export type FunctionName =
  | 'database'
  | 'database-inside'
  | 'tables'
  | 'release'
  | 'rollout-guard'
  | 'job-step'
  | 'budget-guard'
  | 'empty-fleet';

/** What the alarms of a service watch: its share of 5xx, its time to answer, its health checks. */
export const alarmKinds = ['errors', 'latency', 'unhealthy'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** What runs as a service of its own in AWS: a model version, or the event server. */
export type ServiceName = Version | 'events';

/** What is deployed in a stack of its own: a service, or what training jobs run on. */
export type DeployTarget = ServiceName | 'training';

/** The tag of the image of the event server, one for each code: a version's tag goes with the version. */
export const eventsImageTag = (sourceHash: string): string => `events-${sourceHash.slice(0, 16)}`;

/** The tag of the image of training jobs, likewise. */
export const trainingImageTag = (sourceHash: string): string => `training-${sourceHash.slice(0, 16)}`;

/**
 * The names that one deployment has in AWS. Those that are unique per account and region carry `aws.prefix`, so that
 * `Staging-` stands beside the deployment without a prefix.
 */
export class Names {
  /** `modelapp`, or `staging-modelapp`: the image repository, and what all names but those of stacks start with. */
  readonly application: string;

  constructor(private readonly prefix: string) {
    this.application = `${prefix.toLowerCase()}modelapp`;
  }

  /** `ModelApp-Base` */
  get baseStack(): string {
    return `${this.prefix}ModelApp-Base`;
  }

  /** `ModelApp-1-2-0` */
  versionStack(version: Version): string {
    return `${this.prefix}ModelApp-${dashed(version)}`;
  }

  /** `ModelApp-Events` */
  get eventsStack(): string {
    return `${this.prefix}ModelApp-Events`;
  }

  /** `ModelApp-Training` */
  get trainingStack(): string {
    return `${this.prefix}ModelApp-Training`;
  }

  /** `ModelApp-1-2-0` or `ModelApp-Events` */
  serviceStack(service: ServiceName): string {
    return service === 'events' ? this.eventsStack : this.versionStack(service);
  }

  /** `ModelApp-1-2-0`, `ModelApp-Events` or `ModelApp-Training` */
  targetStack(target: DeployTarget): string {
    return target === 'training' ? this.trainingStack : this.serviceStack(target);
  }

  /** `ModelApp-Traffic` */
  get trafficStack(): string {
    return `${this.prefix}ModelApp-Traffic`;
  }

  /** `ModelApp-Split` */
  get splitStack(): string {
    return `${this.prefix}ModelApp-Split`;
  }

  /** Whether a stack bears a name of this deployment, rather than of one with another prefix. */
  isStack(stackName: string): boolean {
    return stackName.startsWith(`${this.prefix}ModelApp-`);
  }

  /** `1.2.0` of `ModelApp-1-2-0`; undefined for a name that is not a version stack's. */
  versionOfStack(stackName: string): Version | undefined {
    if (!this.isStack(stackName)) return undefined;
    const version = stackName.slice(`${this.prefix}ModelApp-`.length).replaceAll('-', '.');
    return isVersion(version) ? version : undefined;
  }

  /** What runs in a stack; undefined for one that nothing runs in. */
  targetOfStack(stackName: string): DeployTarget | undefined {
    if (stackName === this.trainingStack) return 'training';
    return stackName === this.eventsStack ? 'events' : this.versionOfStack(stackName);
  }

  /** `modelapp-training`: the state machine of training jobs. */
  get trainingMachine(): string {
    return `${this.application}-training`;
  }

  /** `modelapp-training-nightly`: the rule that starts a job by the clock. */
  trainingSchedule(name: string): string {
    return `${this.trainingMachine}-${name}`;
  }

  /** `modelapp-tables` */
  function(name: FunctionName): string {
    return `${this.application}-${name}`;
  }

  /** `modelapp-1-2-0-errors`: alarms, and without `part` the dashboard of a service. */
  monitoring(service: ServiceName, part?: AlarmKind): string {
    return [this.application, inNames(service), ...(part ? [part] : [])].join('-');
  }

  /** `/modelapp/split/guard`: the parameter that tells what the rollout guard did. */
  get guardParameter(): string {
    return `/${this.application}/split/guard`;
  }

  /** `/modelapp/1-2-0/service` */
  serviceLogGroup(service: ServiceName): string {
    return `/${this.application}/${inNames(service)}/service`;
  }

  /** `/modelapp/training/scheduler`: what the tasks of a kind write. */
  trainingLogGroup(kind: TaskKind): string {
    return `/${this.application}/training/${kind}`;
  }

  /** `/modelapp/functions/tables` */
  functionLogGroup(name: FunctionName): string {
    return `/${this.application}/functions/${name}`;
  }
}

const inNames = (service: ServiceName): string => (service === 'events' ? service : dashed(service));
