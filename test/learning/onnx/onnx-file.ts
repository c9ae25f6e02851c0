/** A field of a protocol buffers message: its number, and an integer, a float, or bytes. */
type Field = readonly [number: number, value: bigint | number | string | Uint8Array];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** A message: bigints are written as integers, numbers as 32-bit floats, texts and bytes as they are. */
export function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === 'bigint') return [...varint(BigInt(number) << 3n), ...varint(value)];
    if (typeof value === 'number') {
      return [...varint((BigInt(number) << 3n) | 5n), ...new Uint8Array(new Float32Array([value]).buffer)];
    }
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [...varint((BigInt(number) << 3n) | 2n), ...varint(BigInt(content.length)), ...content];
  });
  return Uint8Array.from(bytes);
}

/** The numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the types of elements. */
const elementTypes = { float32: 1n, uint8: 2n, int32: 6n, int64: 7n, string: 8n, bool: 9n, float64: 11n } as const;

/** An input or output; a dimension is a size, or the name of one that varies. */
export interface Value {
  readonly name: string;
  readonly type: keyof typeof elementTypes;
  readonly shape: readonly (number | string)[];
}

/** An operation; attributes are lists of floats, integers (bigint) or texts, a single text, or an integer. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, bigint | string | readonly (bigint | number | string)[]>>;
}

function valueInfo({ name, type, shape }: Value): Uint8Array {
  const dimensions = shape.map(
    (size): Field => [1, typeof size === 'number' ? message([1, BigInt(size)]) : message([2, size])],
  );
  const tensor = message([1, elementTypes[type]], [2, message(...dimensions)]);
  return message([1, name], [2, message([1, tensor])]);
}

/** Numbers of the fields and of the type of an attribute. */
function attribute(name: string, value: bigint | string | readonly (bigint | number | string)[]): Uint8Array {
  if (typeof value === 'bigint') return message([1, name], [3, value], [20, 2n]);
  if (typeof value === 'string') return message([1, name], [4, value], [20, 3n]);
  const [first] = value;
  const [field, type] = typeof first === 'number' ? [7, 6n] : typeof first === 'bigint' ? [8, 7n] : [9, 8n];
  return message([1, name], ...value.map((element): Field => [field as number, element]), [20, type as bigint]);
}

const mlOperations = ['LinearRegressor', 'LinearClassifier', 'ZipMap'];

function node({ op, inputs, outputs, attributes = {} }: Node): Uint8Array {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)]),
    ...(mlOperations.includes(op) ? ([[7, 'ai.onnx.ml']] as const) : []),
  );
}

export interface Graph {
  readonly inputs: readonly Value[];
  /** One that is no tensor is given as its message. */
  readonly outputs: readonly (Value | Uint8Array)[];
  readonly nodes: readonly Node[];
  /** Tensors as messages. */
  readonly initializers?: readonly Uint8Array[];
}

/** The bytes of an ONNX file. */
export function onnxFile({ inputs, outputs, nodes, initializers = [] }: Graph): Uint8Array {
  const graph = message(
    ...nodes.map((each): Field => [1, node(each)]),
    [2, 'graph'],
    ...initializers.map((tensor): Field => [5, tensor]),
    ...inputs.map((value): Field => [11, valueInfo(value)]),
    ...outputs.map((value): Field => [12, value instanceof Uint8Array ? value : valueInfo(value)]),
  );
  return message([1, 8n], [7, graph], [8, message([1, ''], [2, 17n])], [8, message([1, 'ai.onnx.ml'], [2, 3n])]);
}

/** A linear regression: y = coefficients·x + intercept. */
export const linearRegression = (coefficients: readonly number[], intercept: number): Uint8Array =>
  onnxFile({
    inputs: [{ name: 'X', type: 'float32', shape: ['n', coefficients.length] }],
    outputs: [{ name: 'variable', type: 'float32', shape: ['n', 1] }],
    nodes: [
      {
        op: 'LinearRegressor',
        inputs: ['X'],
        outputs: ['variable'],
        attributes: { coefficients, intercepts: [intercept], targets: 1n },
      },
    ],
  });

/** A softmax regression; row c of the coefficients is of class c. */
export const linearClassifier = (
  classes: readonly string[] | readonly bigint[],
  coefficients: readonly (readonly number[])[],
): Uint8Array =>
  onnxFile({
    inputs: [{ name: 'X', type: 'float32', shape: ['n', coefficients[0]!.length] }],
    outputs: [
      { name: 'label', type: typeof classes[0] === 'string' ? 'string' : 'int64', shape: ['n'] },
      { name: 'probabilities', type: 'float32', shape: ['n', classes.length] },
    ],
    nodes: [
      {
        op: 'LinearClassifier',
        inputs: ['X'],
        outputs: ['label', 'probabilities'],
        attributes: {
          coefficients: coefficients.flat(),
          intercepts: classes.map(() => 0),
          multi_class: 1n,
          post_transform: 'SOFTMAX',
          [typeof classes[0] === 'string' ? 'classlabels_strings' : 'classlabels_ints']: classes,
        },
      },
    ],
  });

/** Each input comes out as it is, under the name `<input>_out`. */
export const identity = (...inputs: readonly Value[]): Uint8Array =>
  onnxFile({
    inputs,
    outputs: inputs.map((input) => ({ ...input, name: `${input.name}_out` })),
    nodes: inputs.map(({ name }) => ({ op: 'Identity', inputs: [name], outputs: [`${name}_out`] })),
  });

/** Probabilities as a list of maps from labels to them, beside the label itself, as exporters make them by default. */
export function zipMap(classes: readonly string[]): Uint8Array {
  const float = message([1, message([1, elementTypes.float32])]);
  const map = message([5, message([1, elementTypes.string], [2, float])]);
  const listOfMaps = message([4, message([1, map])]);
  return onnxFile({
    inputs: [
      { name: 'label', type: 'string', shape: ['n'] },
      { name: 'X', type: 'float32', shape: ['n', classes.length] },
    ],
    outputs: [
      { name: 'output_label', type: 'string', shape: ['n'] },
      message([1, 'output_probability'], [2, listOfMaps]),
    ],
    nodes: [
      { op: 'Identity', inputs: ['label'], outputs: ['output_label'] },
      { op: 'ZipMap', inputs: ['X'], outputs: ['output_probability'], attributes: { classlabels_strings: classes } },
    ],
  });
}
