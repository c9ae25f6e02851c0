import { type LineBatch, maxLineBytes } from './line-batch';
import type { LineEnds } from './line-ends';

const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const byteOrderMark = Buffer.from('\ufeff');

export interface CutOptions {
  /** Where the first chunk starts in the file, in bytes. */
  readonly start: number;
  /** Lines that start here or later are not wanted. */
  readonly end: number;
  /** Whether to leave out what comes before the first line end: the rest of a line that starts earlier. */
  readonly skipRest: boolean;
  /** How many lines to leave out at first, blank ones not counted. */
  readonly skipLines: number;
  /** Only so many lines, blank ones not counted; undefined for all. */
  readonly maxLines: number | undefined;
  /** A batch ends with this many lines, or once it has this many bytes. */
  readonly batchLines: number;
  readonly batchBytes: number;
  readonly lineEnds: LineEnds;
  /** Of longer lines only so much is kept as shows that they are too long. @default 16 MiB */
  readonly maxLineBytes?: number;
}

/**
 * Cuts text into batches of lines, wherever its chunks begin and end; blank lines are left out, and so is a byte order mark
 * at the beginning of a file.
 */
export async function* cutLines(chunks: AsyncIterable<Uint8Array>, options: CutOptions): AsyncGenerator<LineBatch> {
  const cutter = new LineCutter(options);
  for await (const chunk of chunks) {
    yield* cutter.take(chunk);
    if (cutter.done) return;
  }
  yield* cutter.finish();
}

class LineCutter {
  /** Whether no more text is wanted. */
  done: boolean;
  /** The text that is not cut yet, up to `filled`. */
  private text = Buffer.alloc(1 << 20);
  private filled = 0;
  private lineStart = 0;
  /** Up to where the end of the line has been looked for. */
  private searched = 0;
  /** Where in the file `text` begins, shifted by what was left out of lines that are too long. */
  private base: number;
  private lineNumber = 0;
  private skipRest: boolean;
  private skipLines: number;
  private wanted: number;
  /** The lines of the batch. */
  private extents: Uint32Array<ArrayBuffer> = new Uint32Array(2048);
  private numbers: Uint32Array<ArrayBuffer> = new Uint32Array(1024);
  private lines = 0;

  constructor(private readonly options: CutOptions) {
    this.base = options.start;
    this.skipRest = options.skipRest;
    this.skipLines = options.skipLines;
    this.wanted = options.maxLines ?? Number.POSITIVE_INFINITY;
    this.done = this.wanted === 0;
  }

  *take(chunk: Uint8Array): Generator<LineBatch> {
    this.append(chunk);
    if (this.base === 0 && this.lineStart === 0 && !this.passByteOrderMark()) return;
    while (this.cutBatch()) yield this.batch();
  }

  /** The last line may lack its line end. */
  *finish(): Generator<LineBatch> {
    if (this.lineStart < this.filled) this.endLine(this.filled, this.filled);
    if (this.lines > 0) yield this.batch();
  }

  /** Cuts lines until they fill a batch, or all text is cut; tells whether there is a batch. */
  private cutBatch(): boolean {
    const { lineEnds, end } = this.options;
    while (!this.done) {
      const lineEnd = lineEnds.find(this.text, this.searched, this.filled);
      if (lineEnd < 0) {
        this.searched = this.filled;
        this.shortenLongLine();
        return false;
      }
      this.endLine(lineEnd, lineEnd + 1);
      this.done = this.wanted === 0 || this.base + this.lineStart >= end;
      if (this.isFull()) return true;
    }
    return this.lines > 0;
  }

  /** Goes past the mark if there is one; false as long as more text has to come to tell. */
  private passByteOrderMark(): boolean {
    const seen = this.text.subarray(0, Math.min(this.filled, byteOrderMark.length));
    if (!seen.equals(byteOrderMark.subarray(0, seen.length))) return true;
    if (seen.length < byteOrderMark.length) return false;
    this.lineStart = byteOrderMark.length;
    this.searched = byteOrderMark.length;
    return true;
  }

  private append(chunk: Uint8Array): void {
    this.dropUntil(this.lines > 0 ? this.extents[0]! : this.lineStart);
    const needed = this.filled + chunk.length;
    if (needed > this.text.length) {
      const longer = Buffer.alloc(Math.max(needed, 2 * this.text.length));
      longer.set(this.text.subarray(0, this.filled));
      this.text = longer;
    }
    this.text.set(chunk, this.filled);
    this.filled = needed;
  }

  /** Makes room: moves what is still needed to the beginning. */
  private dropUntil(start: number): void {
    if (start === 0) return;
    this.text.copyWithin(0, start, this.filled);
    for (let i = 0; i < 2 * this.lines; i++) this.extents[i]! -= start;
    this.base += start;
    this.filled -= start;
    this.lineStart -= start;
    this.searched -= start;
  }

  private shortenLongLine(): void {
    const kept = this.lineStart + (this.options.maxLineBytes ?? maxLineBytes) + 1;
    if (this.filled <= kept) return;
    this.base += this.filled - kept;
    this.filled = kept;
    this.searched = kept;
  }

  private endLine(end: number, next: number): void {
    const { text, lineStart: start } = this;
    const number = this.lineNumber;
    this.lineNumber += this.options.lineEnds.newlines;
    this.lineStart = next;
    this.searched = next;
    if (this.skipRest) {
      this.skipRest = false;
      return;
    }
    const trimmed = end > start && text[end - 1] === carriageReturn ? end - 1 : end;
    if (isBlank(text, start, trimmed)) return;
    if (this.skipLines > 0) this.skipLines--;
    else this.addLine(start, trimmed, number);
  }

  private addLine(start: number, end: number, number: number): void {
    const i = this.lines++;
    this.wanted--;
    if (i === this.numbers.length) {
      this.extents = doubled(this.extents);
      this.numbers = doubled(this.numbers);
    }
    this.extents[2 * i] = start;
    this.extents[2 * i + 1] = end;
    this.numbers[i] = number;
  }

  private isFull(): boolean {
    const { batchLines, batchBytes } = this.options;
    return this.lines >= batchLines || (this.lines > 0 && this.lineStart - this.extents[0]! >= batchBytes);
  }

  private batch(): LineBatch {
    const start = this.extents[0]!;
    const extents = this.extents.slice(0, 2 * this.lines);
    for (let i = 0; i < extents.length; i++) extents[i]! -= start;
    const numbers = this.numbers.slice(0, this.lines);
    this.lines = 0;
    return {
      bytes: new Uint8Array(this.text.subarray(start, this.lineStart)),
      extents,
      numbers,
      offset: this.base + this.lineStart,
    };
  }
}

function isBlank(text: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && (text[at] === space || text[at] === tab)) at++;
  return at === end;
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * array.length);
  longer.set(array);
  return longer;
}
