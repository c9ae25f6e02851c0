import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../service/database/cluster';

/** A real image registry on loopback. */
export interface ImageRegistry {
  /** `127.0.0.1:PORT`, the first part of the names of its images. */
  readonly address: string;
  /** Bytes of all layers of an image as they are stored and sent: compressed. */
  layerBytes(repository: string, tag: string): Promise<number>;
  stop(): Promise<void>;
}

interface Manifest {
  readonly layers: readonly { readonly size: number }[];
}

/** Starts Debian's `docker-registry` on a free port, with an empty folder. */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'modelapp-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const settings = join(folder, 'config.json');
  writeFileSync(
    settings,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: address },
    }),
  );
  const command = ['--pdeathsig', 'TERM', 'docker-registry', 'serve', settings];
  const log = join(folder, 'registry.log');
  const output = openSync(log, 'w');
  const registry = spawn('setpriv', command, { stdio: ['ignore', output, output] });
  registry.unref();
  const ended = once(registry, 'exit');
  const answers = () =>
    fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (registry.exitCode !== null) throw new Error(`docker-registry does not start:\n${readFileSync(log, 'utf8')}`);
    await sleep(50);
  }

  return {
    address,
    async layerBytes(repository, tag) {
      const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
      const response = await fetch(`http://${address}/v2/${repository}/manifests/${tag}`, { headers });
      if (!response.ok) throw new Error(`${repository}:${tag}: the registry answers ${response.status}`);
      const { layers } = (await response.json()) as Manifest;
      return layers.reduce((sum, { size }) => sum + size, 0);
    },
    async stop() {
      registry.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
