import { setTimeout as sleep } from 'node:timers/promises';
import { containerDataDirectory, Environment, type ServiceRole } from '../../config/environment';
import { freePort } from '../../service/database/cluster';
import type { BuiltImage } from './built-image';

export const apiKeys = { predict: 'key-of-a-client', admin: 'key-of-an-operator' };

/** How the containers of one test are run: read-only, on one database. */
export interface RunSettings {
  /**
   * The one place that they may write to.
   * @default none
   */
  readonly volume?: string;
  readonly databaseUrl: string;
  /**
   * What they serve.
   * @default what the image serves unless told otherwise
   */
  readonly role?: ServiceRole;
}

/** The service in a container. */
export interface ServiceContainer {
  readonly url: string;
  /** Waits until Docker's own health check passes. */
  healthy(): Promise<void>;
  /** SIGTERM, as `docker stop` and ECS send it. @returns the exit code */
  terminate(): Promise<number>;
}

/** Runs one command of the image to its end. */
export const runCommand = ({ docker, name }: BuiltImage, settings: RunSettings, ...command: string[]) =>
  docker('run', '--rm', ...options(settings), name, ...command);

/** Starts what the image does by default: it serves, on a free port. */
export async function startService(
  { docker, logs, name: image }: BuiltImage,
  settings: RunSettings,
): Promise<ServiceContainer> {
  const port = await freePort();
  const environment = ['--env', `${Environment.port}=${port}`];
  const name = await docker('run', '--detach', ...options(settings), ...environment, image);
  const state = async (field: string) => JSON.parse(await docker('inspect', '-f', `{{json .State.${field}}}`, name));
  return {
    url: `http://127.0.0.1:${port}`,
    async healthy() {
      while ((await state('Health.Status')) !== 'healthy') {
        if (!(await state('Running'))) throw new Error(`the container ended:\n${await logs(name)}`);
        await sleep(250);
      }
    },
    async terminate() {
      await docker('stop', '--time', '120', name);
      return state('ExitCode');
    },
  };
}

function options({ volume, databaseUrl, role }: RunSettings): string[] {
  const environment = {
    [Environment.databaseUrl]: databaseUrl,
    [Environment.apiKeys]: JSON.stringify(apiKeys),
    ...(role && { [Environment.role]: role }),
  };
  return [
    ...['--network', 'host', '--read-only'],
    ...(volume ? ['--volume', `${volume}:${containerDataDirectory}`] : []),
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}
