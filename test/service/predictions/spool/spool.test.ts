import { readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginning, listSpools, noteShipped } from '../../../../service/predictions/spool/directory';
import { readBatch, type SpoolBatch } from '../../../../service/predictions/spool/reader';
import type { SpoolDevice } from '../../../../service/predictions/spool/segment-writer';
import { Spool, type SpoolOptions, SpoolUnavailableError } from '../../../../service/predictions/spool/spool';
import { temporaryDirectory } from '../../../support/prediction-records';

let root: string;
const spools: Spool[] = [];

beforeEach(() => {
  root = temporaryDirectory();
});

afterEach(async () => {
  await Promise.all(spools.splice(0).map((spool) => spool.close().catch(() => {})));
  rmSync(root, { recursive: true, force: true });
});

function openSpool(options: Partial<SpoolOptions> = {}): Spool {
  const spool = new Spool({ root, fsyncMs: 10, maxBytes: 1024 ** 3, ...options });
  spools.push(spool);
  return spool;
}

/** All batches of all spools of the root. */
async function written(): Promise<SpoolBatch[]> {
  const batches: SpoolBatch[] = [];
  for (const id of await listSpools(root)) {
    for (let position = beginning; ; ) {
      const options = { maxBytes: 1024 ** 2, finished: true, onGap: async () => {} };
      const batch = await readBatch(join(root, id), position, options);
      if (!batch) break;
      batches.push(batch);
      position = batch.end;
    }
  }
  return batches;
}

const textOf = (batches: readonly SpoolBatch[]): string =>
  batches.flatMap(({ frames }) => frames.map(({ payload }) => payload.toString())).join('');

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(10);
};

/** The file system, but for what is made to fail with an error code. */
function failingDevice(): SpoolDevice & {
  writes?: string | undefined;
  syncs?: string | undefined;
  writesDone: number;
} {
  const fail = (code: string) => Object.assign(new Error(code), { code });
  return {
    writesDone: 0,
    write(file, bytes, offset, length) {
      if (this.writes === undefined) return writeSync(file, bytes, offset, length);
      // A disk that fills up takes a part first.
      if (this.writesDone++ % 2 === 1) throw fail(this.writes);
      return writeSync(file, bytes, offset, Math.ceil(length / 2));
    },
    async sync() {
      if (this.syncs !== undefined) throw fail(this.syncs);
    },
  };
}

describe('A spool', () => {
  test('holds what was appended, in order, when the append resolves', async () => {
    const spool = openSpool();

    await Promise.all([spool.append('a\n', 1), spool.append('ä\n', 1)]);
    await spool.append('b\n', 1);

    expect(textOf(await written())).toBe('a\nä\nb\n');
  });

  test('makes one frame of all appends of one turn of the event loop', async () => {
    const spool = openSpool();

    await Promise.all([spool.append('a\n', 1), spool.append('b\nc\n', 2)]);

    expect((await written()).flatMap(({ frames }) => frames.map(({ rows }) => rows))).toEqual([3]);
  });

  test('takes a record that is larger than its buffer', async () => {
    const spool = openSpool();
    const large = `${'ä'.repeat(2 * 1024 ** 2)}\n`;

    await spool.append(large, 1);

    expect(textOf(await written())).toBe(large);
  });

  test('goes on in new segments', async () => {
    const spool = openSpool({ segmentBytes: 100 });

    for (let i = 0; i < 10; i += 1) await spool.append(`${'x'.repeat(60)}\n`, 1);

    const [id = ''] = await listSpools(root);
    expect(readdirSync(join(root, id)).filter((name) => name.endsWith('.log'))).toHaveLength(5);
    expect(textOf(await written())).toHaveLength(610);
  });

  test('resolves an append on the disk only, with fsyncMs 0', async () => {
    const synced: number[] = [];
    const device: SpoolDevice = {
      write: (file, bytes, offset, length) => writeSync(file, bytes, offset, length),
      sync: async (file) => {
        await sleep(5);
        synced.push(file);
      },
    };
    const spool = openSpool({ fsyncMs: 0, device });

    await spool.append('a\n', 1);

    expect(synced).toHaveLength(1);
  });

  test('resolves an append before the disk has it, and lets flush wait for that', async () => {
    let synced = false;
    const device: SpoolDevice = {
      write: (file, bytes, offset, length) => writeSync(file, bytes, offset, length),
      sync: async () => {
        synced = true;
      },
    };
    const spool = openSpool({ fsyncMs: 60_000, device });
    await spool.append('a\n', 1);
    const before = synced;

    await spool.flush();

    expect([before, synced]).toEqual([false, true]);
  });

  test('writes the appends of the last turn when it is closed, and takes no more', async () => {
    const spool = openSpool();
    const last = spool.append('last\n', 1);

    await spool.close();
    await last;

    expect(textOf(await written())).toBe('last\n');
    await expect(spool.append('late\n', 1)).rejects.toThrow(SpoolUnavailableError);
  });

  test('names no owner any more when it is closed', async () => {
    const spool = openSpool();
    await spool.append('a\n', 1);
    const [id = ''] = await listSpools(root);

    await spool.close();

    expect(readdirSync(join(root, id))).toEqual(['00000001.log']);
  });

  test('fails at once if its folder cannot be made', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');

    expect(() => openSpool({ root: join(file, 'spool') })).toThrow('ENOTDIR');
  });
});

describe('A spool at its cap', () => {
  test('is full, drops nothing, and takes more once the database has some of it', async () => {
    const spool = openSpool({ maxBytes: 2000 });
    const line = `${'x'.repeat(99)}\n`;
    let taken = 0;
    await expect(
      (async () => {
        for (;;) {
          await spool.append(line, 1);
          taken += 1;
        }
      })(),
    ).rejects.toMatchObject({ reason: 'full' });
    const [id = ''] = await listSpools(root);
    const size = statSync(join(root, id, '00000001.log')).size;

    await noteShipped(join(root, id), { segment: 1, offset: size });
    await until(() => spool.state === 'ok');
    await spool.append(line, 1);

    expect(size).toBeLessThanOrEqual(2000 + 200);
    expect(textOf(await written())).toBe(line.repeat(taken + 1));
  });

  test('counts what other spools hold', async () => {
    const other = openSpool();
    await other.append(`${'x'.repeat(3000)}\n`, 1);
    const spool = openSpool({ maxBytes: 2000 });

    await until(() => spool.state === 'full');

    await expect(spool.append('a\n', 1)).rejects.toMatchObject({ reason: 'full' });
  });
});

describe('A spool on a disk that fails', () => {
  test.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EIO', 'unwritable'],
  ])('rejects the appends that fail with %s as %s, and only these', async (code, reason) => {
    const device = failingDevice();
    const faults: SpoolUnavailableError[] = [];
    const spool = openSpool({ device, onFault: (error) => faults.push(error) });
    await spool.append('before\n', 1);

    device.writes = code;
    await expect(spool.append('lost\n', 1)).rejects.toMatchObject({ reason });
    await expect(spool.append('refused\n', 1)).rejects.toMatchObject({ reason });
    device.writes = undefined;
    await until(() => spool.state === 'ok');
    await spool.append('after\n', 1);

    expect(textOf(await written())).toBe('before\nafter\n');
    expect(faults.map((fault) => fault.reason)).toEqual([reason]);
  });

  test('rejects what it could not sync, with fsyncMs 0', async () => {
    const device = failingDevice();
    const spool = openSpool({ device, fsyncMs: 0 });

    device.syncs = 'EIO';

    await expect(spool.append('a\n', 1)).rejects.toMatchObject({ reason: 'unwritable' });
  });

  test('never writes again to a segment whose sync has failed', async () => {
    const device = failingDevice();
    const spool = openSpool({ device });
    await spool.append('before\n', 1);

    device.syncs = 'EIO';
    await spool.flush().catch(() => {});
    device.syncs = undefined;
    await until(() => spool.state === 'ok');
    await spool.append('after\n', 1);

    expect((await written()).map(({ end }) => end.segment)).toEqual([1, 2]);
  });
});

describe('A spool that was taken from its writer', () => {
  test('goes on as a new one', async () => {
    const spool = openSpool();
    await spool.append('before\n', 1);
    const [first = ''] = await listSpools(root);

    rmSync(join(root, first, 'owner'));
    await until(async () => {
      await spool.append('after\n', 1);
      return (await listSpools(root)).length === 2;
    });

    const [batch] = (await written()).filter(({ frames }) => frames[0]?.payload.toString() === 'after\n');
    expect(batch?.end.segment).toBe(1);
  });
});
