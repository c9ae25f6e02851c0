import type { MessagePort, TransferListItem, Worker } from 'node:worker_threads';
import type { ParameterStore, Sums } from '../../store/parameter-store';
import type { WorkerState } from '../state/job-state';
import type { MemoryJobState } from '../state/memory-job-state';

/** What a thread is told first. */
export interface ThreadSettings {
  /** Names the job. */
  readonly job: string;
}

/** What threads call in the process that they are of. */
export interface JobCalls {
  readonly state: WorkerState & Pick<MemoryJobState, 'waitForTurn'>;
  readonly sums: Pick<ParameterStore, 'pull' | 'push'>;
}

interface Call {
  readonly id: number;
  readonly of: keyof JobCalls;
  readonly name: string;
  readonly values: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** Why there is no value. */
  readonly error?: unknown;
}

/**
 * Answers the calls of a thread, each as soon as it can be.
 * @param answered is told of every answer
 * @returns a function that ends it
 */
export function answerCalls(thread: Worker, calls: JobCalls, answered: (name: string, value: unknown) => void) {
  const answer = async ({ id, of, name, values }: Call): Promise<void> => {
    try {
      const target = calls[of];
      const value: unknown = await Reflect.apply(Reflect.get(target, name), target, values);
      answered(name, value);
      thread.postMessage({ id, value } satisfies Answer, of === 'sums' ? buffersOf(value as Sums) : []);
    } catch (error) {
      thread.postMessage({ id, error } satisfies Answer);
    }
  };
  const listener = (call: Call): void => void answer(call);
  thread.on('message', listener);
  return (): void => void thread.off('message', listener);
}

const buffersOf = ({ z, n }: Sums): TransferListItem[] => [z.buffer as ArrayBuffer, n.buffer as ArrayBuffer];

interface Asked {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** The calls of a thread, which are begun in the order in which it makes them. */
export function callsOver(port: MessagePort, { job }: ThreadSettings): JobCalls {
  const asked = new Map<number, Asked>();
  let last = 0;
  port.on('message', ({ id, value, error }: Answer) => {
    const { resolve, reject } = asked.get(id)!;
    asked.delete(id);
    if (error === undefined) resolve(value);
    else reject(error);
  });
  const ask = (of: keyof JobCalls, name: string, values: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      asked.set(id, { resolve, reject });
      port.postMessage({ id, of, name, values } satisfies Call);
    });
  const asking = <T extends object>(of: keyof JobCalls, known: Partial<T>): T =>
    new Proxy(known as T, {
      get: (own, name) => Reflect.get(own, name) ?? ((...values: readonly unknown[]) => ask(of, String(name), values)),
    });
  return { state: asking<JobCalls['state']>('state', { job }), sums: asking<JobCalls['sums']>('sums', {}) };
}
