import { type Answer, type Arguments, type BatchWorker, call, type Method } from './batch-worker';
import { WorkerGroup } from './worker-group';

/** A group of workers in this process. */
export class MemoryWorkers extends WorkerGroup {
  constructor(private readonly workers: readonly BatchWorker[]) {
    super();
  }

  protected ask<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>[]> {
    return Promise.all(this.workers.map((worker) => call(worker, method, args)));
  }
}
