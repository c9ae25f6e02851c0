import type { TaskRole } from '../../config/training/training-task';

/** How the tasks of a role are started. */
export interface RoleSettings {
  /** Family of the task definition. */
  readonly family: string;
  readonly container: string;
  readonly securityGroups: readonly string[];
}

/** What the construct tells the function. */
export interface Settings {
  /** ARN of the state machine. */
  readonly machine: string;
  /** Name of the ECS cluster. */
  readonly cluster: string;
  /** Id of the EC2 fleet. */
  readonly fleet: string;
  /** Bucket of configurations, outputs and models. */
  readonly bucket: string;
  readonly subnets: readonly string[];
  readonly roles: Readonly<Record<TaskRole, RoleSettings>>;
  /** How the one task of a model's job is started. */
  readonly trainer: RoleSettings;
  /** Private hosted zone of the host names: its id and its name. */
  readonly zone: { readonly id: string; readonly name: string };
  /** How long machines and tasks may take to come. */
  readonly capacityWaitMinutes: number;
  /** How long a job may take before its cleanup. */
  readonly maxJobHours: number;
}

/** The environment variable that holds them. */
export const settingsVariable = 'JOB_SETTINGS';

/** How a task of a job is started. */
export const startOf = ({ model }: { readonly model?: string | undefined }, role: TaskRole): RoleSettings =>
  model === undefined ? settings().roles[role] : settings().trainer;

export const settings = (): Settings => JSON.parse(process.env[settingsVariable]!) as Settings;
