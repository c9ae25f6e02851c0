import type { BatchWorker } from '../../learning/darlin/batch-worker';
import { WorkerGroup } from '../../learning/darlin/worker-group';

/** Workers in this process, and how long each of them has computed. */
export class BusyWorkers extends WorkerGroup {
  private readonly seconds: Float64Array;

  constructor(workers: readonly BatchWorker[]) {
    super(workers);
    this.seconds = new Float64Array(workers.length);
  }

  /** Seconds of the least and the most busy worker since the last call. */
  takeBusy(): { least: number; most: number } {
    const busy = { least: Math.min(...this.seconds), most: Math.max(...this.seconds) };
    this.seconds.fill(0);
    return busy;
  }

  // A worker in memory has computed its answer when it returns the promise of it.
  protected override askOne<T>(
    index: number,
    worker: BatchWorker,
    question: (worker: BatchWorker) => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const answer = question(worker);
    this.seconds[index]! += (performance.now() - start) / 1000;
    return answer;
  }
}
