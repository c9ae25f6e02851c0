import type { InferenceSession } from 'onnxruntime-node';
import { likeliest } from '../classifier';
import type { Label, Prediction } from '../model';
import { softmaxInPlace } from '../softmax/softmax';
import { OnnxError } from './onnx-error';
import type { OnnxOutputs } from './outputs';

/** What the outputs of a classifier mean. */
export interface OnnxClasses {
  /** In the order of the probabilities. */
  readonly classes: readonly Label[];
  /** What the file calls each of them in its label output. */
  readonly labels: readonly Label[];
}

/** Reads predictions out of what an ONNX file answered. */
export class OnnxAnswers {
  /** The outputs that it needs. */
  readonly names: readonly string[];
  readonly #classOf: ReadonlyMap<Label, Label>;

  /** @param classes of a classifier; undefined for a regression */
  constructor(
    private readonly outputs: OnnxOutputs,
    private readonly classes: OnnxClasses | undefined,
  ) {
    this.names = Object.values(outputs).filter((name) => name !== undefined);
    this.#classOf = new Map(classes?.labels.map((label, c) => [label, classes.classes[c]!]));
  }

  /**
   * @param count of the rows that were asked about
   * @throws {OnnxError} if the values do not fit the rows or the classes
   * @throws {Error} if a label is none of the classes
   */
  predictions(results: InferenceSession.OnnxValueMapType, count: number): Prediction[] {
    const { number, label } = this.outputs;
    const column = (name: string) => valuesOf(results, name, count, 1);
    if (number !== undefined) return column(number).map((value) => ({ output: Number(value) }));
    const probabilities = this.#probabilities(results, count);
    const labels = label === undefined ? undefined : column(label);
    return Array.from({ length: count }, (_, row) => {
      const ofRow = probabilities?.[row];
      const output = labels ? this.#named(labels[row]!) : likeliest(this.classes!.classes, ofRow!);
      return ofRow ? { output, probabilities: ofRow } : { output };
    });
  }

  #probabilities(results: InferenceSession.OnnxValueMapType, count: number): number[][] | undefined {
    const { probabilities, logits } = this.outputs;
    const name = probabilities ?? logits;
    if (name === undefined) return undefined;
    const width = this.classes!.classes.length;
    const values = valuesOf(results, name, count, width);
    return Array.from({ length: count }, (_, row) => {
      const ofRow = values.slice(row * width, (row + 1) * width).map(Number);
      if (logits !== undefined) softmaxInPlace(ofRow);
      return ofRow;
    });
  }

  #named(label: Label): Label {
    const named = this.#classOf.get(label);
    if (named !== undefined) return named;
    throw new Error(`the ONNX file answered the label ${label}, which is none of ${[...this.#classOf.keys()]}`);
  }
}

/** The values of an output, row-major; 64-bit integers as numbers. */
function valuesOf(results: InferenceSession.OnnxValueMapType, name: string, count: number, width: number): Label[] {
  const { data, dims } = results[name]!;
  if (data.length !== count * width) {
    throw new OnnxError(`answers [${dims}] in the output '${name}' for ${count} rows, not [${count},${width}]`);
  }
  return Array.from(data as ArrayLike<Label | bigint>, (value) => (typeof value === 'bigint' ? Number(value) : value));
}
