import { type OnlineLearner, onlineLearner, startingSums } from '../../learning/linear/online-learner';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { OnlineConf } from '../conf/conf';
import type { Minibatch } from '../data/part';
import type { KeyedWeights } from '../keyed-weights';
import { type Learned, nothing } from './learned';
import { addChanges, addStep } from './learned-sums';
import { MinibatchLearner, type SavedLearner } from './minibatch-learner';
import { Parameters } from './parameters';

/** Learns from one minibatch after the other, with all sums in this process. */
export class Learning {
  private readonly online: OnlineLearner;
  private readonly learner: MinibatchLearner;
  private readonly parameters = new Parameters();

  constructor(conf: OnlineConf) {
    this.online = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
    this.learner = new MinibatchLearner(conf);
  }

  /** Starts from the weights of a model. */
  startFrom({ keys, weights }: KeyedWeights): void {
    this.parameters.restore({ keys, sums: startingSums(this.online, weights) });
  }

  /** One step, in a pass that counts from 0. */
  learn(minibatch: Minibatch, pass: number): Learned {
    const step = this.learner.learn(minibatch, this.parameters.pull(minibatch.keys), pass);
    const after = this.learner.weights(this.parameters.push(minibatch.keys, step.deltas));
    return addChanges(addStep(nothing, minibatch, step, pass), step.weights, after);
  }

  weights(): KeyedWeights {
    return this.parameters.weights(this.online);
  }

  sums(): AsyncIterable<SumsPortion> {
    return this.parameters.export();
  }

  save(): SavedLearner {
    return this.learner.save();
  }

  async restore(saved: SavedLearner, sums: AsyncIterable<SumsPortion>): Promise<void> {
    this.learner.restore(saved);
    for await (const portion of sums) this.parameters.restore(portion);
  }
}
