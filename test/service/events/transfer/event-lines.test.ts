import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { readEventLines } from '../../../../service/events/transfer/event-lines';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-lines-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(...source: Parameters<typeof readEventLines>): Promise<void> {
  for await (const lines of readEventLines(...source)) if (lines.length < 0) return;
}

test('a wait for standard input ends when it is told to', async () => {
  const controller = new AbortController();
  const ended = read('-', { stdin: new PassThrough(), signal: controller.signal });

  setImmediate(() => controller.abort(new Error('stopped by SIGINT')));

  await expect(ended).rejects.toThrow('stopped by SIGINT');
});

test.each([
  ['is compressed by gzip; send it through zcat, and import with --input -', gzipSync('{}')],
  ['is a Parquet file; import takes what export writes with --format json', Buffer.from('PAR1')],
])('a file that %s', async (message, bytes) => {
  const file = join(folder, 'events');
  writeFileSync(file, bytes);
  const stdin = new PassThrough();
  stdin.end(bytes);

  await expect(read(file)).rejects.toThrow(`${file}: ${message}`);
  await expect(read('-', { stdin })).rejects.toThrow(`standard input: ${message}`);
});

test('a folder among the parts is told with its path', async () => {
  mkdirSync(join(folder, 'part-00000'));

  await expect(read(folder)).rejects.toThrow(
    `${folder}/part-00000: is a folder within the folder; parts must be files`,
  );
});
