import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { arch, pid } from 'node:process';
import { root } from '../bundle.mjs';

/**
 * Makes a stand-in for the base image of the Dockerfile where no image registry is within reach: the same Debian release
 * by debootstrap, with the same Node.js from npm at the same place. Prints the archive, which `docker import` takes. It
 * is kept under node_modules/.cache, so only the first run takes its half a minute. Needs root and debootstrap.
 */
const { node, release } = namedInDockerfile();
const cache = join(root, 'node_modules/.cache/docker');
const archive = join(cache, `node-${node}-${release}-${arch}.tar`);
if (!existsSync(archive)) makeArchive();
process.stdout.write(archive);

function namedInDockerfile() {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const image = dockerfile.match(/^ARG NODE_IMAGE=node:(?<node>[\d.]+)-(?<release>[a-z]+)-slim$/m);
  if (!image) throw new Error('Dockerfile: write ARG NODE_IMAGE=node:<version>-<Debian release>-slim');
  return image.groups;
}

function makeArchive() {
  const workspace = `${archive}-${pid}`;
  const rootfs = join(workspace, 'rootfs');
  mkdirSync(rootfs, { recursive: true });
  try {
    run('debootstrap', '--variant=minbase', release, rootfs, debianMirror());
    for (const folder of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
      rmSync(join(rootfs, folder), { recursive: true, force: true });
    }
    run('npm', 'pack', '--silent', '--pack-destination', workspace, `node-linux-${arch}@${node}`);
    const packed = join(workspace, `node-linux-${arch}-${node}.tgz`);
    run('tar', '-xzf', packed, '-C', join(rootfs, 'usr/local'), '--strip-components=1', 'package/bin/node');
    const aside = join(workspace, 'image.tar');
    run('tar', '-cf', aside, '--numeric-owner', '-C', rootfs, '.');
    renameSync(aside, archive);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** The mirror that apt is set up with, as it is the one within reach. */
function debianMirror() {
  const options = ['--format', '$(REPO_URI)', `Codename: ${release}`, 'Created-By: Packages', 'Component: main'];
  const mirrors = execFileSync('apt-get', ['indextargets', ...options], { encoding: 'utf8' });
  return mirrors.split('\n')[0] || 'http://deb.debian.org/debian';
}

function run(program, ...args) {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
