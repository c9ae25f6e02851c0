import { type OnlineLearner, onlineLearner, startingSums } from '../../learning/linear/online-learner';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { OnlineConf } from '../conf/conf';
import type { Minibatch } from '../data/part';
import type { KeyedWeights } from '../keyed-weights';
import { MemoryStore } from '../store/memory-store';
import { type Learned, nothing } from './learned';
import { addChanges, addStep } from './learned-sums';
import type { SavedLearner } from './learner';
import { MinibatchLearner } from './minibatch-learner';

/** Learns from one minibatch after the other, with all sums in this process. */
export class Learning {
  private readonly online: OnlineLearner;
  private readonly learner: MinibatchLearner;
  private readonly store = new MemoryStore();

  constructor(conf: OnlineConf) {
    this.online = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
    this.learner = new MinibatchLearner(conf);
  }

  /** Starts from the weights of a model. */
  startFrom({ keys, weights }: KeyedWeights): Promise<void> {
    return this.store.restore(keys, startingSums(this.online, weights));
  }

  /** One step, in a pass that counts from 0. */
  async learn(minibatch: Minibatch, pass: number): Promise<Learned> {
    const step = this.learner.learn(minibatch, await this.store.pull(minibatch.keys), pass);
    const after = this.learner.weights(await this.store.push(minibatch.keys, step.deltas));
    return addChanges(addStep(nothing, minibatch, step, pass), step.weights, after);
  }

  weights(): KeyedWeights {
    return this.store.weights(this.online);
  }

  sums(): AsyncIterable<SumsPortion> {
    return this.store.export();
  }

  save(): SavedLearner {
    return this.learner.save();
  }

  async restore(saved: SavedLearner, sums: AsyncIterable<SumsPortion>): Promise<void> {
    this.learner.restore(saved);
    for await (const portion of sums) await this.store.restore(portion.keys, portion.sums);
  }
}
