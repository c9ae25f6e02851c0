import Type, { type Static } from 'typebox';
import type { DataSource } from '../data-source';
import type { ScalarEntry } from '../mapping';
import type { CommonConfig, ProcessOptions } from '../options';

const outputName = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The options that only onnx has. */
export const onnxOptions = {
  file: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'The ONNX file of onnx, which needs it; relative to the configuration file.',
    }),
  ),
  classes: Type.Optional(
    Type.Array(Type.Union([Type.String(), Type.Number()]), {
      minItems: 2,
      uniqueItems: true,
      description: 'The classes of onnx in the order of the probabilities; those that the file tells if absent.',
    }),
  ),
  outputs: Type.Optional(
    Type.Object(
      {
        number: outputName('The number of a regression.'),
        label: outputName('The label; that of the largest probability if absent.'),
        probabilities: outputName('The probability of each class.'),
        logits: outputName('Instead of probabilities, what their softmax makes probabilities of.'),
      },
      {
        additionalProperties: false,
        description: 'Which output of the ONNX file is what, by name; by their types and shapes if absent.',
      },
    ),
  ),
  threads: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 1,
    description: 'Threads of one inference of onnx, in each process; there is a process for each core.',
  }),
  batching: Type.Object(
    {
      maxSize: Type.Integer({
        minimum: 1,
        default: 64,
        description: 'Rows of a batch at most; a request with more runs by itself.',
      }),
      maxDelayMs: Type.Number({
        minimum: 0,
        maximum: 1_000,
        default: 0,
        description:
          'How long a request may wait for a batch to fill while the model is free; a request that finds it idle never waits. In milliseconds.',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'How requests that come while the model is busy go into one inference of onnx.',
    },
  ),
};

/** An ONNX file that another library wrote. */
export interface OnnxConfig extends Omit<CommonConfig, 'params'> {
  readonly algorithm: 'onnx';
  /** Relative to the configuration file. */
  readonly file: string;
  readonly mapping: readonly ScalarEntry[];
  /** Rows to score it on, and the column of their labels; both or none. */
  readonly source?: DataSource;
  readonly target?: string;
  readonly classes?: readonly (string | number)[];
  readonly outputs?: Readonly<Static<typeof onnxOptions.outputs>>;
  readonly threads: number;
  readonly batching: Readonly<Static<typeof onnxOptions.batching>>;
  readonly process: Readonly<ProcessOptions & Required<Pick<ProcessOptions, 'timeoutMs'>>>;
}
