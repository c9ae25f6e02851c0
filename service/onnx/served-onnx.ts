import type { OnnxConfig } from '../../config/schema';
import type { Label, ModelParams, Prediction, Row, ScalarFeature, TabularModel } from '../../learning/model';
import { decodeModelFile } from '../../learning/model-file';
import { OnnxModel } from '../../learning/onnx/onnx-model';
import { KeptRunning } from '../processes/kept-running';
import { OnnxProcess } from './onnx-process';

/** How long the runtime may take to open a file, in milliseconds. */
const loadTimeoutMs = 60_000;

/** An ONNX file that runs in a process beside this one, which is started anew whenever it ends. Asked by one at a time. */
export class ServedOnnx implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly ScalarFeature[];
  readonly classes: readonly Label[] | undefined;
  readonly labelsOnly: boolean;
  readonly params: ModelParams;
  readonly #kept = new KeptRunning(
    () => this.#start(),
    (process, hear) => process.onEnd(hear),
  );

  private constructor(
    /** Of the model file, which each process gets. */
    private readonly bytes: Uint8Array,
    private readonly config: Pick<OnnxConfig, 'threads' | 'process'>,
    private readonly shown: string,
  ) {
    // Its own session stays closed.
    const { features, classes, labelsOnly, params } = OnnxModel.fromFile(decodeModelFile(bytes));
    this.features = features;
    this.classes = classes;
    this.labelsOnly = labelsOnly;
    this.params = params;
  }

  /**
   * @param bytes of the model file
   * @param shown whose file it is, as errors show it
   * @throws {ModelFileError} if it is no model file of ONNX, or its file cannot be served
   * @throws {OnnxProcessError | WholeBatchError} if the process ends over it or does not open it in time
   */
  static async open(
    bytes: Uint8Array,
    config: Pick<OnnxConfig, 'threads' | 'process'>,
    shown: string,
  ): Promise<ServedOnnx> {
    const model = new ServedOnnx(bytes, config, shown);
    await model.#kept.get();
    return model;
  }

  async predict(rows: readonly Row[]): Promise<readonly Prediction[]> {
    const process = await this.#kept.get();
    const predictions = await process.ask('predict', { rows }, this.config.process.timeoutMs);
    this.#kept.answered();
    return predictions;
  }

  /** Ends the process after the inference that is under way; the next prediction starts another. */
  close(): void {
    this.#kept.close((process) => process.close());
  }

  async #start(): Promise<OnnxProcess> {
    const { bytes, config, shown } = this;
    const process = await OnnxProcess.start({ shown, memoryMiB: config.process.memoryMiB });
    try {
      await process.ask('load', { file: bytes, threads: config.threads }, loadTimeoutMs);
      return process;
    } catch (error) {
      process.close();
      throw error;
    }
  }
}
