import { Histogram } from 'prom-client';

/** The observations of one set of labels. */
export interface Distribution {
  observe(value: number): void;
}

export interface TallyHistogramOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** Upper bounds of the buckets, ascending. */
  readonly buckets: readonly number[];
  readonly registers: NonNullable<ConstructorParameters<typeof Histogram>[0]['registers']>;
}

interface Tally {
  readonly labels: Readonly<Record<string, string>>;
  /** Observations in each bucket alone; the last one has no upper bound. */
  readonly counts: number[];
  sum: number;
}

/**
 * A histogram for the path of every request: observing is an addition. prom-client's own makes a text of the labels and
 * looks it up each time; this one lists its values in the same form when it is read.
 */
export class TallyHistogram<Label extends string> extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #buckets: readonly number[];
  readonly #tallies: Tally[] = [];

  constructor({ name, help, labelNames, buckets, registers }: TallyHistogramOptions<Label>) {
    super({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers });
    this.#name = name;
    this.#help = help;
    this.#buckets = buckets;
  }

  /** The distribution of these labels, to be kept and added to; it is read from now on, also while it is empty. */
  tally(labels: Readonly<Record<Label, string>>): Distribution {
    const buckets = this.#buckets;
    const tally = { labels, counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 };
    this.#tallies.push(tally);
    return {
      observe(value) {
        let bucket = 0;
        while (bucket < buckets.length && value > (buckets[bucket] as number)) bucket += 1;
        tally.counts[bucket] = (tally.counts[bucket] as number) + 1;
        tally.sum += value;
      },
    };
  }

  /** What prom-client reads, for its texts and for what processes tell each other. */
  async getForPromString() {
    return {
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values: this.#tallies.flatMap((tally) => this.#valuesOf(tally)),
    };
  }

  #valuesOf({ labels: sharedLabels, counts, sum }: Tally) {
    let count = 0;
    const value = (part: string, amount: number, labels: Readonly<Record<string, string | number>> = {}) => ({
      metricName: `${this.#name}_${part}`,
      value: amount,
      labels,
      sharedLabels,
    });
    const buckets = counts.map((inBucket, i) => {
      count += inBucket;
      return value('bucket', count, { le: this.#buckets[i] ?? '+Inf' });
    });
    return [...buckets, value('sum', sum), value('count', count)];
  }
}
