import type { ProcessBounds } from '../../custom-models/watch-process';
import type { Prediction, Row } from '../../learning/model';
import type { ExaminedOnnx, OnnxOptions } from '../../learning/onnx/examine';

/** What the process that runs ONNX files is asked, with the answer to each. */
export interface OnnxQuestions {
  /** Whether an ONNX file can be served, and as what. */
  examine: {
    ask: { readonly file: Uint8Array; readonly options: OnnxOptions };
    answer: Pick<ExaminedOnnx, 'classes' | 'onnx'>;
  };
  /** Makes a model file the one that predicts, and tries it. */
  load: { ask: { readonly file: Uint8Array; readonly threads: number }; answer: undefined };
  predict: { ask: { readonly rows: readonly Row[] }; answer: readonly Prediction[] };
}
export type OnnxQuestion = keyof OnnxQuestions;

/** One question; the next follows once it is answered. */
export type OnnxCall = {
  readonly [Q in OnnxQuestion]: { readonly question: Q; readonly ask: OnnxQuestions[Q]['ask'] };
}[OnnxQuestion];

/** What the process hears: first of all its bounds. */
export type ToOnnx = { readonly bounds: ProcessBounds } | OnnxCall;

/** What was thrown, by the class that it is of. */
export interface OnnxFailure {
  readonly of: 'OnnxError' | 'PredictError' | 'Error';
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a `PredictError`. */
  readonly code: number | undefined;
}

export type FromOnnx = { readonly answer: unknown } | { readonly failure: OnnxFailure };
