import type { TaskRole } from '../../../config/training/training-task';
import { build, importBase } from '../built-image';
import { type DockerDaemon, startDockerDaemon } from '../docker-daemon';
import { type ObjectStore, startObjectStore } from './object-store';
import { buildServerImage } from './server-image';
import { type RunArguments, taskContainers } from './task-containers';

/** Where the containers of jobs run: a network of their own, with S3 at its gateway. */
export interface JobPlace extends Pick<DockerDaemon, 'docker' | 'logs'> {
  readonly network: string;
  readonly images: Readonly<Record<TaskRole, string>>;
  readonly objects: ObjectStore;
  /** How the tasks of each role are run. */
  readonly tasks: Readonly<Record<TaskRole, RunArguments>>;
  stop(): Promise<void>;
}

const images = { scheduler: 'modelapp', server: 'store', worker: 'modelapp' } as const;
const network = 'jobs';

/** @param python an interpreter that has moto */
export async function startJobPlace(python: string): Promise<JobPlace> {
  const { docker, logs, stop } = await startDockerDaemon();
  try {
    await importBase(docker);
    await Promise.all([build(docker, images.worker, 'unknown'), buildServerImage(docker, images.server)]);
    await docker('network', 'create', network);
    const gateway = await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', network);
    const objects = await startObjectStore(python, gateway);
    return {
      ...{ docker, logs, network, images, objects, tasks: taskContainers() },
      async stop() {
        await objects.stop();
        // A daemon that ends leaves its networks to the next one.
        await docker('network', 'rm', network);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a command of the image to its end, with the rights that AWS would give it. @returns what it prints on stdout */
export const runCommand = ({ docker, network, images, objects }: JobPlace, ...command: string[]): Promise<string> =>
  docker(
    ...['run', '--rm', '--network', network, '--read-only'],
    ...Object.entries(objects.environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    images.worker,
    ...command,
  );
