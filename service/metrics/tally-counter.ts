import { Counter, type CounterConfiguration } from 'prom-client';

/** What was counted since the counter was read last. */
export interface Tally {
  pending: number;
}

/**
 * A counter for the path of every request: counting is an addition. prom-client's own counter makes a text of the labels
 * and looks it up each time; this one does so when it is read.
 */
export class TallyCounter<Label extends string> {
  readonly #tallies: { readonly labels: Readonly<Record<Label, string>>; readonly tally: Tally }[] = [];

  constructor(configuration: Omit<CounterConfiguration<Label>, 'collect'>) {
    const tallies = this.#tallies;
    new Counter({
      ...configuration,
      collect() {
        for (const { labels, tally } of tallies) {
          this.inc(labels, tally.pending);
          tally.pending = 0;
        }
      },
    });
  }

  /** The tally of these labels, to be kept and added to; it is read from now on, with 0 if nothing was counted. */
  tally(labels: Readonly<Record<Label, string>>): Tally {
    const tally = { pending: 0 };
    this.#tallies.push({ labels, tally });
    return tally;
  }
}
