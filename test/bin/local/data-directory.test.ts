import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDirectory, makeDataDirectory } from '../../../bin/local/data-directory';
import { buildProgram, type Program } from '../../support/program';

const lockInProcess = buildProgram('test/support/lock-directory.ts');
let folder: string;
let path: string;
let programs: Program[];

const start = () => {
  const program = lockInProcess({ args: [path] });
  programs.push(program);
  return program;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelapp-data-'));
  path = join(folder, 'data');
  programs = [];
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()));
  rmSync(folder, { recursive: true });
});

test('the directory is made, and others may not look into it', () => {
  lockDataDirectory(path).unlock();

  expect(statSync(path).mode & 0o044).toBe(0);
});

test('the lock leaves nothing behind when it is given back', () => {
  lockDataDirectory(path).unlock();

  expect(readdirSync(path)).toEqual([]);
});

test('a second process learns who holds the directory', async () => {
  // GIVEN
  const first = start();
  await first.nextLine();

  // WHEN
  const attempt = () => lockDataDirectory(path);

  // THEN
  expect(attempt).toThrow(
    `${path}: is in use by process ${first.child.pid}; stop that one, or pass another folder with --data`,
  );
});

test('the lock of a killed process is taken over', async () => {
  // GIVEN
  const first = start();
  await first.nextLine();
  await first.kill();

  // WHEN
  const data = lockDataDirectory(path);

  // THEN
  expect(JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  data.unlock();
});

test('the lock of a dead process whose number another one has by now is taken over', () => {
  lockDataDirectory(path).unlock();
  writeFileSync(join(path, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));

  expect(() => lockDataDirectory(path)).not.toThrow();
});

test('a lock file without content is taken over', () => {
  lockDataDirectory(path).unlock();
  writeFileSync(join(path, 'lock'), '');

  expect(() => lockDataDirectory(path)).not.toThrow();
});

test('of many processes that take over a dead lock at once, one gets it', async () => {
  // GIVEN
  const dead = start();
  await dead.nextLine();
  await dead.kill();

  // WHEN
  const lines = await Promise.all([1, 2, 3, 4, 5, 6].map(() => start().nextLine()));

  // THEN
  expect(lines.filter((line) => line === 'locked')).toHaveLength(1);
});

test('giving a lock back twice leaves that of the next holder alone', () => {
  const first = lockDataDirectory(path);
  first.unlock();
  const second = lockDataDirectory(path);

  first.unlock();

  expect(existsSync(join(path, 'lock'))).toBe(true);
  second.unlock();
});

test('a file in place of the directory is told', () => {
  writeFileSync(path, '');

  expect(() => lockDataDirectory(path)).toThrow(`${path}: is not a directory; pass another folder with --data`);
});

test('a directory that may not be written is told', () => {
  // GIVEN a folder in which nobody makes another; root may write to all but the kernel's
  chmodSync(folder, 0o500);
  const closed = process.getuid?.() === 0 ? '/sys/modelapp' : path;

  // WHEN
  const attempt = () => lockDataDirectory(closed);

  // THEN
  expect(attempt).toThrow(`${closed}: you may not write here; pass another folder with --data`);
});

test('a place where no folder can be made is told, also where the recursive mkdir would never end', () => {
  expect(() => lockDataDirectory('/proc/modelapp/data')).toThrow('pass another folder with --data');
});

test('several processes may share a directory that is only made', () => {
  makeDataDirectory(path);
  const { unlock } = lockDataDirectory(path);

  expect(() => makeDataDirectory(path)).not.toThrow();
  unlock();
});
