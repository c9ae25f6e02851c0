import type { Frame } from '../spool/frame';

/** What COPY takes for each of the two tables. */
export interface CopyData {
  readonly inputs: Buffer;
  readonly outputs: Buffer;
}

const newline = 0x0a;
const runIdDigits = 19;

/** The rows of frames, each an input line and an output line behind it. */
export class BatchRows {
  readonly #bytes: Buffer;
  /** Where the lines end; the odd ones are those of the outputs. */
  readonly #ends: Uint32Array;
  readonly count: number;

  constructor(frames: readonly Frame[]) {
    this.#bytes = Buffer.concat(frames.map(({ payload }) => payload));
    this.count = frames.reduce((sum, { rows }) => sum + rows, 0);
    this.#ends = new Uint32Array(2 * this.count);
    let at = 0;
    for (let line = 0; line < this.#ends.length; line += 1) {
      at = this.#bytes.indexOf(newline, at) + 1;
      this.#ends[line] = at;
    }
  }

  /** The rows from `from` up to `to`, each line with its row's run id in front. */
  copyData(from: number, to: number, runIds: readonly string[]): CopyData {
    const most = this.#start(to) - this.#start(from) + (to - from) * (runIdDigits + 1);
    const inputs = Buffer.allocUnsafe(most);
    const outputs = Buffer.allocUnsafe(most);
    let inputsEnd = 0;
    let outputsEnd = 0;
    for (let row = from; row < to; row += 1) {
      const prefix = `${runIds[row]}\t`;
      const middle = this.#ends[2 * row] as number;
      inputsEnd += inputs.write(prefix, inputsEnd, 'latin1');
      inputsEnd += this.#bytes.copy(inputs, inputsEnd, this.#start(row), middle);
      outputsEnd += outputs.write(prefix, outputsEnd, 'latin1');
      outputsEnd += this.#bytes.copy(outputs, outputsEnd, middle, this.#ends[2 * row + 1]);
    }
    return { inputs: inputs.subarray(0, inputsEnd), outputs: outputs.subarray(0, outputsEnd) };
  }

  /** Both lines of a row, as they stand in the spool. */
  lines(row: number): Buffer {
    return this.#bytes.subarray(this.#start(row), this.#ends[2 * row + 1]);
  }

  /** The line of a row for the table of inputs. */
  input(row: number): string {
    return this.#bytes.toString('utf8', this.#start(row), this.#ends[2 * row]);
  }

  /** The line of a row for the table of outputs, without its end. */
  output(row: number): string {
    return this.#bytes.toString('utf8', this.#ends[2 * row], (this.#ends[2 * row + 1] as number) - 1);
  }

  /** Whether some bytes are in any of the rows. */
  include(text: string): boolean {
    return this.#bytes.includes(text);
  }

  #start(row: number): number {
    return row === 0 ? 0 : (this.#ends[2 * row - 1] as number);
  }
}
