import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../support/test-run';
import { baseImage } from '../built-image';
import type { DockerDaemon } from '../docker-daemon';

/** Debian has Redis, which Valkey began as, and does what Valkey does here; the task starts it by Valkey's name. */
const dockerfile = `\
FROM ${baseImage}
RUN apt-get -qq -o Acquire::Retries=3 update && apt-get -qq install --no-install-recommends -y redis-server
RUN ln -s /usr/bin/redis-server /usr/local/bin/valkey-server
`;

/** Builds an image of parameter servers from the base image and a package of Debian. */
export async function buildServerImage(docker: DockerDaemon['docker'], name: string): Promise<void> {
  const folder = mkdtempSync(join(runFolder(), 'server-image-'));
  writeFileSync(join(folder, 'Dockerfile'), dockerfile);
  await docker('build', '--network', 'host', '--tag', name, folder);
}
