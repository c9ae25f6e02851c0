import { setTimeout as sleep } from 'node:timers/promises';
import { containerDataDirectory, Environment } from '../../config/environment';
import { freePort } from '../../service/database/cluster';
import type { BuiltImage } from './built-image';

export const apiKeys = { predict: 'key-of-a-client', admin: 'key-of-an-operator' };

/** How the containers of one test are run: read-only but for one volume, on one database. */
export interface RunSettings {
  readonly volume: string;
  readonly databaseUrl: string;
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

function options({ volume, databaseUrl }: RunSettings): string[] {
  const environment = { [Environment.databaseUrl]: databaseUrl, [Environment.apiKeys]: JSON.stringify(apiKeys) };
  return [
    ...['--network', 'host', '--read-only', '--volume', `${volume}:${containerDataDirectory}`],
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
}
