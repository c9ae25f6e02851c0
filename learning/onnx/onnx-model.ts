import type { Label, ModelParams, Prediction, Row, ScalarFeature, TabularModel } from '../model';
import { type ModelFile, ModelFileError, type OnnxHeader } from '../model-file';
import { OnnxAnswers } from './answers';
import { OnnxInputs } from './inputs';
import { loadRuntime, OnnxSession } from './onnx-session';
import { tensorShape } from './tensor-type';

/** The name of the algorithm in configurations and model files. */
export const onnxAlgorithm = 'onnx';

/** What an ONNX model is made of. */
export interface OnnxParts {
  readonly features: readonly ScalarFeature[];
  /** Undefined for a regression. */
  readonly classes: readonly Label[] | undefined;
  readonly onnx: OnnxHeader;
  readonly session: OnnxSession;
}

/** A model that another library trained and exported to ONNX; numbers are as precise as the file's, mostly 32-bit floats. */
export class OnnxModel implements TabularModel {
  readonly kind = 'tabular';
  readonly features: readonly ScalarFeature[];
  readonly classes: readonly Label[] | undefined;
  readonly labelsOnly: boolean;
  readonly params: ModelParams = {};

  readonly #session: OnnxSession;
  readonly #answers: OnnxAnswers;
  #inputs: OnnxInputs | undefined;

  constructor({ features, classes, onnx, session }: OnnxParts) {
    const { outputs, labels } = onnx;
    this.features = features;
    this.classes = classes;
    this.labelsOnly = outputs.probabilities === undefined && outputs.logits === undefined;
    this.#session = session;
    this.#answers = new OnnxAnswers(outputs, classes && { classes, labels });
  }

  /**
   * Takes the model out of a decoded model file. The runtime opens it at the first prediction.
   * @param threads of one inference
   * @throws {ModelFileError} if a part of it is missing
   */
  static fromFile({ header, arrays }: ModelFile, threads?: number): OnnxModel {
    const file = arrays.get('onnx');
    if (file?.dtype !== 'bytes' || !header.onnx) throw new ModelFileError('the model file holds no ONNX file');
    const features = header.features.flatMap(({ name, type, aliases }) =>
      type === 'sparse' ? [] : [{ name, type, aliases }],
    );
    if (features.length < header.features.length) throw new ModelFileError('an ONNX model takes no sparse features');
    return new OnnxModel({
      features,
      classes: header.classes ?? undefined,
      onnx: header.onnx,
      session: new OnnxSession(file.values, threads),
    });
  }

  /** @throws {OnnxError} if the runtime is not installed or does not take the file, or the features do not fit it */
  predict(rows: readonly Row[]): Promise<readonly Prediction[]> {
    return this.#session.use(async (session) => {
      this.#inputs ??= new OnnxInputs(
        this.features,
        session.inputMetadata.map((input) => tensorShape('input', input)),
      );
      const { Tensor } = loadRuntime();
      const results = await session.run(this.#inputs.tensors(rows, Tensor), this.#answers.names);
      return this.#answers.predictions(results, rows.length);
    });
  }

  close(): void {
    this.#session.close();
  }
}
