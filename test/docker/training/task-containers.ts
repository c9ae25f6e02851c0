import type { TaskRole } from '../../../config/training/training-task';
import { environment, synthesize } from '../../lib/support/synthesis';

/** The container of a task definition, as far as Docker has to be told of it. */
interface ContainerDefinition {
  readonly EntryPoint?: readonly string[];
  readonly Command?: readonly string[];
  readonly Environment?: readonly { readonly Name: string; readonly Value: string }[];
  readonly User?: string;
  readonly ReadonlyRootFilesystem?: boolean;
  readonly LinuxParameters?: {
    readonly InitProcessEnabled?: boolean;
    readonly Tmpfs?: readonly {
      readonly ContainerPath: string;
      readonly Size: number;
      readonly MountOptions?: readonly string[];
    }[];
  };
}

/** What `docker run` is given: options, the image, the command. */
export interface RunArguments {
  readonly options: readonly string[];
  readonly command: readonly string[];
}

/** How the tasks of the training stack's template are run by Docker. */
export function taskContainers(): Readonly<Record<TaskRole, RunArguments>> {
  const template = synthesize({ training: true, config: { aws: environment } }).template('ModelApp-Training');
  const run = (role: TaskRole): RunArguments => {
    const Properties = { Family: `modelapp-training-${role}` };
    const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition', { Properties }));
    return runArguments(task!.Properties.ContainerDefinitions[0]);
  };
  return { scheduler: run('scheduler'), server: run('server'), worker: run('worker') };
}

function runArguments({
  EntryPoint: [program, ...words] = [],
  Command = [],
  Environment = [],
  User,
  ReadonlyRootFilesystem,
  LinuxParameters: { InitProcessEnabled, Tmpfs = [] } = {},
}: ContainerDefinition): RunArguments {
  return {
    options: [
      ...(program ? ['--entrypoint', program] : []),
      ...(User ? ['--user', User] : []),
      ...(ReadonlyRootFilesystem ? ['--read-only'] : []),
      ...(InitProcessEnabled ? ['--init'] : []),
      ...Tmpfs.flatMap(({ ContainerPath, Size, MountOptions = [] }) => [
        '--tmpfs',
        `${ContainerPath}:${[`size=${Size}m`, ...MountOptions].join(',')}`,
      ]),
      ...Environment.flatMap(({ Name, Value }) => ['--env', `${Name}=${Value}`]),
    ],
    command: [...words, ...Command],
  };
}
