import { TestEnvironment } from 'jest-environment-node';

/** Typed arrays that a native library makes, which tests have classes of their own for. */
const shared = [Float32Array, Float64Array, Int32Array, BigInt64Array, Uint8Array];

/** The environment of tests in which a native library makes typed arrays: their classes are those of the process. */
export default class NativeArraysEnvironment extends TestEnvironment {
  constructor(...options: ConstructorParameters<typeof TestEnvironment>) {
    super(...options);
    for (const type of shared) Object.defineProperty(this.global, type.name, { value: type });
  }
}
