import { KeyTable } from '../sparse/key-table';
import type { Keys } from '../sparse/keys';
import type {
  Answer,
  Arguments,
  BatchWorker,
  Evaluation,
  Method,
  Slopes,
  Summary,
  WeightedColumns,
} from './batch-worker';
import { stackColumns } from './columns';

/** Several workers that look like one: everyone is told, and the answers are added up in the order of the workers. */
export abstract class WorkerGroup implements BatchWorker {
  /** Calls a method of every worker. Answers in the order of the workers; each worker is called in the order of calls. */
  protected abstract ask<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>[]>;

  async summarise(): Promise<Summary> {
    const summaries = await this.ask('summarise');
    const table = new KeyTable(Math.max(...summaries.map(({ counts }) => counts.length)));
    const counts: number[] = [];
    const groups: number[] = [];
    for (const { keys, ...summary } of summaries) {
      for (let i = 0; 2 * i < keys.length; i++) {
        const slot = table.add(keys[2 * i]!, keys[2 * i + 1]!);
        counts[slot] = (counts[slot] ?? 0) + summary.counts[i]!;
        groups[slot] = Math.min(groups[slot] ?? Number.POSITIVE_INFINITY, summary.groups[i]!);
      }
    }
    return {
      examples: sum(summaries.map(({ examples }) => examples)),
      keys: table.keys,
      counts: Float64Array.from(counts),
      groups: Uint16Array.from(groups),
    };
  }

  async arrange(keys: Keys): Promise<void> {
    await this.ask('arrange', keys);
  }

  async place(weights: Float64Array): Promise<void> {
    await this.ask('place', weights);
  }

  async evaluate(): Promise<Evaluation> {
    const answers = await this.ask('evaluate');
    return { loss: sum(answers.map(({ loss }) => loss)), slopes: addUp(answers.map(({ slopes }) => slopes)) };
  }

  async slopes(features: Uint32Array, widths: Float64Array): Promise<Slopes> {
    const answers = await this.ask('slopes', features, widths);
    return {
      slopes: addUp(answers.map(({ slopes }) => slopes)),
      curvatures: addUp(answers.map(({ curvatures }) => curvatures)),
    };
  }

  async aim(features: Uint32Array, change: Float64Array): Promise<void> {
    await this.ask('aim', features, change);
  }

  async tryShares(shares: Float64Array): Promise<Float64Array> {
    return addUp(await this.ask('tryShares', shares));
  }

  async move(share: number): Promise<void> {
    await this.ask('move', share);
  }

  async gram(features: Uint32Array, width: number): Promise<Float64Array> {
    return addUp(await this.ask('gram', features, width));
  }

  async columns(features: Uint32Array, width: number): Promise<WeightedColumns> {
    const answers = await this.ask('columns', features, width);
    const heights = answers.map(({ weights }) => weights.length);
    const weights = new Float64Array(sum(heights));
    let base = 0;
    for (const answer of answers) {
      weights.set(answer.weights, base);
      base += answer.weights.length;
    }
    return {
      columns: stackColumns(
        answers.map(({ columns }) => columns),
        heights,
      ),
      weights,
    };
  }

  async dual(scale: number): Promise<number> {
    return sum(await this.ask('dual', scale));
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The sum of vectors of one length, made in the first of them. */
function addUp([total, ...others]: readonly Float64Array[]): Float64Array {
  for (const other of others) {
    for (let i = 0; i < other.length; i++) total![i]! += other[i]!;
  }
  return total!;
}
