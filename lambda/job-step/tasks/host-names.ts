import type { TaskName } from '../../../config/training/training-task';
import { pointHosts } from '../../training/host-names';
import { settings } from '../settings';

/** The name of a task in the cluster's own zone. */
export const hostName = ({ role, index }: TaskName): string => `${role}-${index}.${settings().zone.name}`;

/** An address of documentation, which nobody has. */
const nobody = '192.0.2.1';

/**
 * Makes names of tasks lead to where those are, or to nobody: a resolver would keep for a quarter of an hour that a name is
 * not there.
 */
export const pointHostNames = (tasks: readonly (TaskName & { readonly address?: string })[]): Promise<void> =>
  pointHosts(
    settings().zone.id,
    tasks.map((task) => ({ host: hostName(task), address: task.address ?? nobody })),
  );
