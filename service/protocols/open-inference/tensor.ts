import Type, { type Static } from 'typebox';
import type { ScalarValue } from '../../../learning/model';
import { badRequest } from '../../http/errors';

/** A tensor as it is sent; `data` is flat in row-major order, or nested like `shape`. */
export const TensorSchema = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  datatype: Type.String({ description: 'BOOL, UINT8 to UINT64, INT8 to INT64, FP32, FP64 or BYTES (texts).' }),
  data: Type.Array(Type.Unknown(), { description: 'Flat in row-major order, or nested like the shape.' }),
});

export type Tensor = Static<typeof TensorSchema>;

/** The datatypes that are supported, and what an element of each must be. */
const datatypes = {
  BOOL: { holds: (value) => typeof value === 'boolean', element: 'true or false' },
  UINT8: unsigned(8),
  UINT16: unsigned(16),
  UINT32: unsigned(32),
  UINT64: unsigned(64),
  INT8: signed(8),
  INT16: signed(16),
  INT32: signed(32),
  INT64: signed(64),
  FP32: { holds: (value) => Number.isFinite(Math.fround(asNumber(value))), element: 'a number of 32 bits' },
  FP64: { holds: (value) => Number.isFinite(value), element: 'a finite number' },
  BYTES: { holds: (value) => typeof value === 'string', element: 'a text' },
} as const satisfies Readonly<Record<string, ElementRule>>;

export type Datatype = keyof typeof datatypes;

interface ElementRule {
  holds(value: unknown): boolean;
  /** Completes "must be". */
  readonly element: string;
}

function unsigned(bits: number): ElementRule {
  return integer(0, Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER));
}

function signed(bits: number): ElementRule {
  const limit = 2 ** (bits - 1);
  return integer(Math.max(-limit, Number.MIN_SAFE_INTEGER), Math.min(limit - 1, Number.MAX_SAFE_INTEGER));
}

/** JSON's numbers are doubles: beyond ±(2^53 − 1) they are no longer the integers that were sent. */
function integer(least: number, greatest: number): ElementRule {
  return {
    holds: (value) => Number.isInteger(value) && asNumber(value) >= least && asNumber(value) <= greatest,
    element: `a whole number from ${least} to ${greatest}`,
  };
}

/** NaN for what is no number. */
const asNumber = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/**
 * The datatype of a tensor.
 * @param path of the tensor in the request: `inputs[0]`
 * @throws {HttpError} 400 if it is none, or one that is not supported
 */
export function datatypeOf({ datatype }: Tensor, path: string): Datatype {
  if (Object.hasOwn(datatypes, datatype)) return datatype as Datatype;
  const field = `${path}.datatype`;
  throw badRequest(`${field}: '${datatype}' is not supported; use ${Object.keys(datatypes).join(', ')}`, field);
}

/**
 * The elements of a tensor in row-major order, each one checked.
 * @param path of the tensor in the request: `inputs[0]`
 * @throws {HttpError} 400 naming the element that does not fit the datatype, or the data that does not fit the shape
 */
export function elementsOf(tensor: Tensor, path: string): readonly ScalarValue[] {
  const { holds, element } = datatypes[datatypeOf(tensor, path)];
  const elements = flatten(tensor, `${path}.data`);
  for (let i = 0; i < elements.length; i += 1) {
    if (!holds(elements[i])) {
      const field = `${path}.data[${i}]`;
      throw badRequest(`${field}: must be ${element}`, field);
    }
  }
  return elements as readonly ScalarValue[];
}

/** The elements in row-major order, whatever they are. @throws {HttpError} 400 if they do not fit the shape */
export function flatten({ shape, data }: Tensor, path: string): readonly unknown[] {
  const nested = shape.length > 1 && Array.isArray(data[0]);
  const elements = nested ? data.flatMap((part, i) => flattenPart(part, shape.slice(1), `${path}[${i}]`)) : data;
  if (elements.length !== sizeOf(shape) || (nested && data.length !== shape[0])) {
    throw badRequest(`${path}: does not have the shape [${shape}]`, path);
  }
  return elements;
}

function flattenPart(part: unknown, shape: readonly number[], path: string): readonly unknown[] {
  const isLast = shape.length === 1;
  if (!Array.isArray(part) || part.length !== shape[0]) {
    throw badRequest(`${path}: must be a list of ${shape[0]}, as the shape says`, path);
  }
  return isLast ? part : part.flatMap((inner, i) => flattenPart(inner, shape.slice(1), `${path}[${i}]`));
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
