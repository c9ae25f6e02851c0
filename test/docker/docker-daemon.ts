import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A real Docker daemon of one's own: its images, containers and volumes are nobody else's and go with it. */
export interface DockerDaemon {
  /** Where it listens, as `DOCKER_HOST` has it. */
  readonly host: string;
  /**
   * Runs the `docker` command against it and gives what it prints.
   * @throws with what it printed on stderr, if it fails
   */
  docker(...args: string[]): Promise<string>;
  /** All that a container wrote on stdout and stderr. */
  logs(container: string): Promise<string>;
  /** Stops it and removes all it held. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Starts a daemon that touches neither the network nor the firewall of the machine; containers use `--network host`. */
export async function startDockerDaemon(): Promise<DockerDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'modelapp-docker-'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  const log = join(folder, 'dockerd.log');
  const output = openSync(log, 'w');
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const isolation = ['--bridge=none', '--iptables=false', '--exec-opt', 'native.cgroupdriver=cgroupfs'];
  // It ends with this process, also when that is killed, and its mounts end with it.
  const wrapper = ['--mount', 'setpriv', '--pdeathsig', 'TERM'];
  const command = ['dockerd', '-H', host, '--pidfile', join(folder, 'pid'), ...places, ...isolation];
  const daemon = spawn('unshare', [...wrapper, ...command], { stdio: ['ignore', output, output] });
  daemon.unref();
  const ended = once(daemon, 'exit');

  const env = { ...process.env, DOCKER_HOST: host, DOCKER_CONFIG: join(folder, 'config'), DOCKER_BUILDKIT: '0' };
  const runDocker = (...args: string[]) => run('docker', args, { env, maxBuffer: 64 * 1024 ** 2 });
  const docker = async (...args: string[]) => (await runDocker(...args)).stdout.trim();
  const logs = async (container: string) => {
    const { stdout, stderr } = await runDocker('logs', container);
    return stdout + stderr;
  };
  const stop = async () => {
    daemon.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };

  const answers = () =>
    docker('version').then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (daemon.exitCode !== null) throw new Error(`dockerd does not start here:\n${readFileSync(log, 'utf8')}`);
    await sleep(100);
  }
  return { host, docker, logs, stop };
}
