/** Arrays of numbers that a custom model may keep. */
const arrayTypes = {
  Float64Array,
  Float32Array,
  Int32Array,
  Int16Array,
  Int8Array,
  Uint32Array,
  Uint16Array,
  Uint8Array,
  Uint8ClampedArray,
} as const;

type NumberArray = InstanceType<(typeof arrayTypes)[keyof typeof arrayTypes]>;

/** What a custom model keeps, in a form that a file can hold. */
export interface PackedData {
  /** JSON in which `{"$array": i, "type": "Float32Array"}` stands for the i-th array. */
  readonly json: string;
  readonly arrays: readonly Float64Array[];
}

/** Data that a file cannot hold; the message names the place in it. */
export class ModelDataError extends Error {
  override readonly name = 'ModelDataError';
}

const reference = '$array';

/**
 * Packs data; it comes back from `unpackData` as it was, except for properties that are undefined, which are left out.
 * @param path of the data, as errors show it
 * @throws {ModelDataError} if it holds anything but plain objects, lists, texts, finite numbers, booleans, null and arrays of numbers
 */
export function packData(data: unknown, path = 'data'): PackedData {
  const arrays: Float64Array[] = [];
  const above = new Set<object>();

  function pack(value: unknown, at: string): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value;
      throw new ModelDataError(`${at} is ${value}; only finite numbers can be kept outside of typed arrays`);
    }
    if (typeof value !== 'object') throw new ModelDataError(`${at} is ${nameOf(value)}, which cannot be kept`);
    if (above.has(value)) throw new ModelDataError(`${at} holds itself`);
    above.add(value);
    try {
      return packObject(value, at);
    } finally {
      above.delete(value);
    }
  }

  function packObject(value: object, at: string): unknown {
    const type = Object.entries(arrayTypes).find(([, NumberArray]) => value instanceof NumberArray)?.[0];
    if (type) return { [reference]: arrays.push(Float64Array.from(value as NumberArray)) - 1, type };
    if (Array.isArray(value)) return Array.from(value, (item, i) => pack(item, `${at}[${i}]`));
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new ModelDataError(`${at} is ${nameOf(value)}, which cannot be kept; make a plain object of it`);
    }
    const kept = Object.entries(value).filter(([, item]) => item !== undefined);
    if (kept.some(([name]) => name === reference)) throw new ModelDataError(`${at}.${reference} is a reserved name`);
    return Object.fromEntries(kept.map(([name, item]) => [name, pack(item, `${at}.${name}`)]));
  }

  const json = JSON.stringify(pack(data, path));
  return { json, arrays };
}

/**
 * The data that was packed.
 * @throws {ModelDataError} if it is none that `packData` made
 */
export function unpackData({ json, arrays }: PackedData): unknown {
  return JSON.parse(json, (_name, value) => {
    if (!isReference(value)) return value;
    const array = arrays[value[reference]];
    if (!array || !Object.hasOwn(arrayTypes, value.type)) throw new ModelDataError('an array of the data is missing');
    return arrayTypes[value.type].from(array);
  });
}

const isReference = (value: unknown): value is { [reference]: number; type: keyof typeof arrayTypes } =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, reference);

const nameOf = (value: unknown): string =>
  value === undefined
    ? 'undefined'
    : `a ${typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value}`;
