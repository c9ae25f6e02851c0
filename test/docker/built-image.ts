import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DockerDaemon, startDockerDaemon } from './docker-daemon';
import { startImageRegistry } from './image-registry';

/** The image as a machine has it that pulled it, on a Docker daemon of its own. */
export interface BuiltImage extends Pick<DockerDaemon, 'docker' | 'logs'> {
  readonly name: string;
  /** The id it had where it was built. */
  readonly builtId: string;
  /** Bytes of its layers as the registry stores and sends them: compressed. */
  readonly layerBytes: number;
  /** A field of `docker inspect`: `.Config.User`. */
  inspect(field: string): Promise<unknown>;
  /** Removes it together with the daemon, its containers and volumes. */
  remove(): Promise<void>;
}

const runFile = promisify(execFile);

/** Builds the image, pushes it to a registry, removes it and pulls it. */
export async function buildAndShip(sourceHash: string): Promise<BuiltImage> {
  const registry = await startImageRegistry();
  const { docker, logs, stop } = await startDockerDaemon();
  try {
    const version = readFileSync('VERSION', 'utf8').trim();
    const name = `${registry.address}/modelapp:${version}`;
    const inspect = async (field: string) => JSON.parse(await docker('inspect', '-f', `{{json ${field}}}`, name));

    await importBase(docker);
    await build(docker, name, sourceHash);
    const builtId = (await inspect('.Id')) as string;
    await docker('push', name);
    await docker('rmi', name);
    await docker('pull', name);
    const layerBytes = await registry.layerBytes('modelapp', version);
    return { docker, logs, name, builtId, layerBytes, inspect, remove: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await registry.stop();
  }
}

/** The name of the image that others are built from. */
export const baseImage = 'base';

/** Makes the base image, without an image registry. */
export async function importBase(docker: DockerDaemon['docker']): Promise<void> {
  const archive = await runScript('scripts/docker/base-image.mjs');
  await docker('import', '--change', 'ENV PATH=/usr/local/bin:/usr/bin:/bin', archive, baseImage);
}

/**
 * Builds the image from the base image.
 * @param folder of the package
 */
export async function build(
  docker: DockerDaemon['docker'],
  name: string,
  sourceHash: string,
  folder = '.',
): Promise<void> {
  await runScript(join(folder, 'scripts/build-image.mjs'));
  const args = ['--build-arg', `NODE_IMAGE=${baseImage}`, '--build-arg', `SOURCE_HASH=${sourceHash}`];
  await docker('build', '--network', 'none', '--tag', name, ...args, join(folder, 'dist/image'));
}

async function runScript(file: string): Promise<string> {
  const { stdout } = await runFile(process.execPath, [file]);
  return stdout;
}
