import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Checkpoints } from '../../../training/checkpoint/checkpoints';
import { decodeSums, encodeSums, type SumsPortion } from '../../../training/checkpoint/sums-file';
import { awsAt } from '../../bin/aws/support/command';
import { FakeS3 } from '../../lambda/support/fake-s3';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { runFolder } from '../../support/test-run';

const portion = (z: readonly number[]): SumsPortion => ({
  keys: Uint32Array.from(z.flatMap((_, i) => [i, 4_000_000_000])),
  sums: { z: Float64Array.from(z), n: Float64Array.from(z, (value) => value + 1) },
});

async function* each<T>(items: Iterable<T>): AsyncIterable<T> {
  yield* items;
}

const allOf = async (portions: AsyncIterable<SumsPortion>): Promise<readonly number[]> => {
  const z: number[] = [];
  for await (const { sums } of portions) z.push(...sums.z);
  return z;
};

async function linesOf(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe('the checkpoints of a job', () => {
  let folder: string;
  let checkpoints: Checkpoints<{ readonly pass: number }>;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(runFolder(), 'checkpoints-')), 'ctr');
    checkpoints = new Checkpoints(folder);
  });

  const write = (pass: number): Promise<void> => checkpoints.write({ pass }, each([portion([pass]), portion([7, 8])]));

  it('are none before the first', async () => {
    expect(await checkpoints.newest()).toBeUndefined();
  });

  it('give the newest back', async () => {
    await write(1);
    await write(2);
    const newest = await checkpoints.newest();
    expect(newest!.state).toEqual({ pass: 2 });
    expect(await allOf(newest!.sums())).toEqual([2, 7, 8]);
  });

  it('give back what each worker knew, however the lines are cut into pieces', async () => {
    const lines = ['{"counts":"ä"}', 'x'.repeat(200_000), '', 'last'];
    await checkpoints.write({ pass: 1 }, each([]), each(lines));
    expect(await linesOf((await checkpoints.newest())!.workers())).toEqual(lines);
    await write(2);
    expect(await linesOf((await checkpoints.newest())!.workers())).toEqual([]);
  });

  it('are kept two at a time', async () => {
    for (const pass of [1, 2, 3, 4]) await write(pass);
    expect((await readdir(folder)).sort()).toEqual(['3', '4']);
  });

  it.each([
    ['whose sums are cut short', (newest: string) => truncate(join(newest, 'sums.bin'), 30)],
    ['that was not written to its end', (newest: string) => rm(join(newest, 'manifest.json'))],
  ])('leave out one %s', async (_, damage) => {
    await write(1);
    await write(2);
    await damage(join(folder, '2'));
    expect((await checkpoints.newest())!.state).toEqual({ pass: 1 });
  });

  it('are two that are whole, also after one that was not', async () => {
    for (const pass of [1, 2, 3]) await write(pass);
    await rm(join(folder, '3/manifest.json'));
    await checkpoints.newest();
    await write(4);
    expect(await readdir(folder)).toEqual(['2', '3']);
    await truncate(join(folder, '3/sums.bin'), 30);
    expect((await checkpoints.newest())!.state).toEqual({ pass: 2 });
  });

  it('are gone when they are removed', async () => {
    await write(1);
    await checkpoints.remove();
    expect(await checkpoints.newest()).toBeUndefined();
  });
});

describe('the checkpoints of a job in S3', () => {
  const before = { ...process.env };
  let s3: FakeS3;
  let aws: Loopback;
  let checkpoints: Checkpoints<{ readonly pass: number }>;

  beforeEach(async () => {
    s3 = new FakeS3();
    aws = await startLoopback(s3.answerer);
    Object.assign(process.env, awsAt(aws.url), { AWS_MAX_ATTEMPTS: '1' });
    checkpoints = new Checkpoints('s3://artifacts/jobs/ctr-1/checkpoint/');
  });
  afterEach(async () => {
    process.env = { ...before };
    await aws.close();
  });

  const write = (pass: number): Promise<void> => checkpoints.write({ pass }, each([portion([pass]), portion([7, 8])]));

  it('are none before the first', async () => {
    expect(await checkpoints.newest()).toBeUndefined();
  });

  it('give the newest back, and are kept two at a time', async () => {
    for (const pass of [1, 2, 3]) await write(pass);

    const newest = await checkpoints.newest();
    expect(newest!.state).toEqual({ pass: 3 });
    expect(await allOf(newest!.sums())).toEqual([3, 7, 8]);
    expect([...s3.objects.keys()].sort()).toEqual(
      ['2/manifest.json', '2/sums.bin', '3/manifest.json', '3/sums.bin'].map((key) => `jobs/ctr-1/checkpoint/${key}`),
    );
  });

  it('leave out one that was not written to its end, or is damaged', async () => {
    for (const pass of [1, 2]) await write(pass);
    s3.objects.set('jobs/ctr-1/checkpoint/2/sums.bin', Buffer.from('other'));
    s3.objects.set('jobs/ctr-1/checkpoint/3/sums.bin', Buffer.from('begun'));

    expect((await checkpoints.newest())!.state).toEqual({ pass: 1 });
  });

  it('leave nothing when they are removed, and all else alone', async () => {
    await write(1);
    s3.objects.set('jobs/ctr-1/ctr.conf', Buffer.from(''));

    await checkpoints.remove();

    expect([...s3.objects.keys()]).toEqual(['jobs/ctr-1/ctr.conf']);
  });

  it.each(['GET', 'PUT'])('that S3 does not let through at %s are no reason to begin anew', async (method) => {
    await write(1);
    s3.intercept = async (asked) =>
      asked === method ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' } : undefined;

    const touched = method === 'PUT' ? write(2) : checkpoints.newest();
    await expect(touched).rejects.toMatchObject({ name: 'DataError', exitCode: 4 });
  });
});

describe('a file of sums', () => {
  it('comes back whole, whatever pieces it is read in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true })), fc.integer({ min: 1, max: 100 }), async (z, size) => {
        const { keys, sums } = portion(z);
        const bytes = encodeSums({ keys, sums });
        const count = Math.ceil(bytes.length / size);
        const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
        const found = { keys: [] as number[], z: [] as number[], n: [] as number[] };
        for await (const part of decodeSums(each(pieces))) {
          found.keys.push(...part.keys);
          found.z.push(...part.sums.z);
          found.n.push(...part.sums.n);
        }
        expect(found).toEqual({ keys: [...keys], z: [...sums.z], n: [...sums.n] });
      }),
    );
  });
});
