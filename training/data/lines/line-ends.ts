const newline = 0x0a;
const quote = 0x22;

/** Finds where lines end. */
export interface LineEnds {
  /** How many newlines the line that was found last has, with its end. */
  readonly newlines: number;
  /**
   * The position of the next byte that ends a line, -1 if there is none from `from` up to `to`; the next call goes on
   * where this one stopped.
   */
  find(bytes: Buffer, from: number, to: number): number;
}

/** Lines that end at each newline. */
export class PlainLineEnds implements LineEnds {
  readonly newlines = 1;

  find(bytes: Buffer, from: number, to: number): number {
    const at = bytes.indexOf(newline, from);
    return at < to ? at : -1;
  }
}

/** Records of CSV (RFC 4180), in which a quoted field may hold newlines. A quote opens a field only at its beginning. */
export class CsvRecordEnds implements LineEnds {
  newlines = 0;
  private innerNewlines = 0;
  private quoted = false;
  private atFieldStart = true;

  /** @param delimiter the byte between two fields */
  constructor(private readonly delimiter: number) {}

  find(bytes: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (byte === quote) {
        // A doubled quote closes and opens again.
        if (this.quoted) this.quoted = false;
        else if (this.atFieldStart || bytes[at - 1] === quote) this.quoted = true;
        this.atFieldStart = false;
      } else if (!this.quoted) {
        this.atFieldStart = byte === this.delimiter || byte === newline;
        if (byte === newline) {
          this.newlines = this.innerNewlines + 1;
          this.innerNewlines = 0;
          return at;
        }
      } else if (byte === newline) {
        this.innerNewlines++;
      }
    }
    return -1;
  }
}
