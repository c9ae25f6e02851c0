import {
  type Answer,
  type Arguments,
  type BatchWorker,
  call,
  type Method,
} from '../../../../learning/darlin/batch-worker';
import type { BadLine } from '../../../data/part';

/** What a worker says of the rows that it has loaded. */
export interface LoadReport {
  readonly lines: number;
  readonly bad: { readonly count: number; readonly first: readonly BadLine[] };
  /** Whether they come from the cache. */
  readonly cached: boolean;
}

/** What the scheduler asks or tells all workers. */
export type Call = { readonly method: 'load' } | { readonly [M in Method]: Named<M> }[Method];

interface Named<M extends Method> {
  readonly method: M;
  readonly args: Arguments<M>;
}

/** What a worker answers to a question: the same bytes, whoever answers it, but for the time. */
export interface Reply<T = unknown> {
  readonly value: T;
  /** One number: seconds that were computed since the last reply. As an array it always takes as many bytes. */
  readonly seconds: Float64Array;
}

const orders: ReadonlySet<Call['method']> = new Set(['arrange', 'place', 'aim', 'move']);

/** Whether a call is answered; workers obey others without a word. */
export const isQuestion = (method: Call['method']): boolean => !orders.has(method);

/** Does what a call says. */
export const perform = (worker: BatchWorker, { method, args }: Named<Method>): Promise<Answer<Method>> =>
  call(worker, method, args);
