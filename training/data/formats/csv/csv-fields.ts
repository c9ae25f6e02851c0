import { BadLineFault, excerpt } from '../bad-line';

const quote = 0x22;

/** Walks over the fields of a record (RFC 4180). */
export class CsvFields {
  /** The field lies from `start` up to `end` in `bytes`: in the record, or where its doubled quotes were made single. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  private record: Uint8Array = this.bytes;
  private unquoted: Uint8Array = this.bytes;
  private at = 0;
  private recordEnd = 0;

  /** @param delimiter the byte between two fields */
  constructor(private readonly delimiter: number) {}

  /** Starts a record. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.record = bytes;
    this.at = start;
    this.recordEnd = end;
  }

  /**
   * Goes to the next field; tells whether there is one.
   * @throws {BadLineFault} if its quotes are not as they should be
   */
  next(): boolean {
    if (this.at > this.recordEnd) return false;
    if (this.at < this.recordEnd && this.record[this.at] === quote) this.readQuoted();
    else this.readPlain();
    return true;
  }

  /** The field as messages show it. */
  excerpt(): string {
    return excerpt(this.bytes, this.start, this.end);
  }

  private readPlain(): void {
    const { record, recordEnd, delimiter } = this;
    let { at } = this;
    this.bytes = record;
    this.start = at;
    for (; at < recordEnd && record[at] !== delimiter; at++) {
      if (record[at] === quote) {
        throw new BadLineFault('a quote stands inside a value without quotes; quote the value and double the quote');
      }
    }
    this.end = at;
    this.at = at + 1;
  }

  private readQuoted(): void {
    const { record, recordEnd } = this;
    const first = this.at + 1;
    let at = first;
    let doubled = 0;
    for (; ; at++) {
      if (at >= recordEnd) throw new BadLineFault('a quote is opened but never closed');
      if (record[at] !== quote) continue;
      if (at + 1 >= recordEnd || record[at + 1] !== quote) break;
      doubled++;
      at++;
    }
    if (at + 1 < recordEnd && record[at + 1] !== this.delimiter) {
      throw new BadLineFault('after the closing quote of a value there is more of it; double a quote inside a value');
    }
    this.at = at + 2;
    if (doubled === 0) {
      this.bytes = record;
      this.start = first;
      this.end = at;
    } else {
      this.bytes = this.withoutDoubles(first, at);
      this.start = 0;
      this.end = at - first - doubled;
    }
  }

  private withoutDoubles(start: number, end: number): Uint8Array {
    if (this.unquoted.length < end - start) this.unquoted = new Uint8Array(2 * (end - start));
    for (let from = start, to = 0; from < end; from++, to++) {
      if (this.record[from] === quote) from++;
      this.unquoted[to] = this.record[from]!;
    }
    return this.unquoted;
  }
}
