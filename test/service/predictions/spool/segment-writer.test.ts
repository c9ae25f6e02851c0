import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSystem, SegmentWriter } from '../../../../service/predictions/spool/segment-writer';

describe('A segment on which a write fails', () => {
  const root = mkdtempSync(join(tmpdir(), 'segment-writer-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it('keeps what was written before and nothing of the failed frame, and gets a successor', async () => {
    // GIVEN a disk that fills up in the middle of the second frame
    let space = 8;
    const segments = new SegmentWriter(root, 1024, {
      ...fileSystem,
      write(file, bytes, offset, length) {
        if (space === 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        const part = Math.min(length, space);
        space -= part;
        return fileSystem.write(file, bytes, offset, part);
      },
    });
    segments.write(Buffer.from('first'), 5);
    // WHEN
    expect(() => segments.write(Buffer.from('second'), 6)).toThrow('no space');
    await segments.close();
    // THEN
    const spool = join(root, readdirSync(root)[0] as string);
    expect(readFileSync(join(spool, '00000001.log'), 'utf8')).toBe('first');
    expect(readFileSync(join(spool, '00000002.log'), 'utf8')).toBe('');
  });
});
