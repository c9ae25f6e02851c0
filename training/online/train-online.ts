import { createHash } from 'node:crypto';
import type { Checkpoints } from '../checkpoint/checkpoints';
import { nothingToResume, requireSameWay } from '../checkpoint/resume';
import type { OnlineConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, describeBadLine } from '../data/bad-lines';
import { MinibatchReader } from '../data/minibatch-reader';
import type { Part } from '../data/part';
import { findParts, orderParts } from '../data/parts';
import type { KeyedWeights } from '../keyed-weights';
import { StoreError, StoreExitCode } from '../store/store-error';
import { diverged } from './diverged';
import { type Learned, nothing, together } from './learned';
import type { SavedLearner } from './learner';
import { Learning } from './learning';
import { type ProgressRow, rowOf } from './progress-row';

/** Where a training is in its data. */
export interface Place {
  /** From 0. */
  readonly pass: number;
  /** How many parts of the pass are done, in the order in which they are read. */
  readonly parts: number;
  /** How much of the next one is done. */
  readonly offset: number | undefined;
}

/** What a checkpoint has of an online training beside its sums. */
export interface SavedOnline {
  readonly fingerprint: string;
  readonly place: Place;
  readonly learning: SavedLearner;
  readonly learned: Learned;
}

/** How far a training is. */
export interface OnlinePosition extends Omit<Place, 'offset'> {
  readonly passes: number;
  readonly partsOfPass: number;
  /** About how much of the pass is done, from 0 to 1. */
  readonly share: number;
  readonly examples: number;
}

/** An online training with all parameters in this process. */
export interface OnlineTraining {
  readonly conf: OnlineConf;
  readonly seed: number;
  readonly badLines?: BadLineLimit | undefined;
  /** Weights to begin with. */
  readonly start?: KeyedWeights | undefined;
  /** Absent if the training is not to be resumed. */
  readonly checkpoints?: Checkpoints<SavedOnline> | undefined;
  /** In seconds. */
  readonly checkpointEvery: number;
  readonly resume: boolean;
  row(row: ProgressRow): void;
  warn(text: string): void;
  /** Is told after every minibatch. */
  position?(position: OnlinePosition): void;
  /** Ends the training after the minibatch at hand, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

export interface OnlineModel {
  readonly learned: Learned;
  readonly model: KeyedWeights;
}

/**
 * Learns online from all passes of the training data, one minibatch after the other.
 * @throws {DataError} if files are absent or cannot be read, or too many lines are bad
 * @throws {StoreError} if the model diverges, or a checkpoint is of another training
 * @throws the signal's reason, after a checkpoint, if it aborts
 */
export async function trainOnline(training: OnlineTraining): Promise<OnlineModel> {
  const { conf, seed } = training;
  const { trainingData: data, loss, minibatch, readAhead } = conf;
  const parts = await findParts(data, 1);
  const run = new OnlineRun(training, parts);
  const reader = new MinibatchReader(data, { loss, minibatch, groups: false, seed, readAhead });
  try {
    return await run.train(reader);
  } finally {
    await reader.close();
  }
}

const firstPlace: Place = { pass: 0, parts: 0, offset: undefined };

class OnlineRun {
  private readonly learning: Learning;
  private readonly fingerprint: string;
  private readonly began = performance.now();
  private place = firstPlace;
  private total = nothing;
  /** Since the last row. */
  private window = nothing;
  private windowBegan = this.began;
  private savedAt = this.began;
  private hasTold = false;
  private readonly lines: BadLineCount;

  constructor(
    private readonly training: OnlineTraining,
    private readonly parts: readonly Part[],
  ) {
    this.learning = new Learning(training.conf);
    this.fingerprint = fingerprintOf(training, parts);
    this.lines = new BadLineCount(training.badLines);
  }

  async train(reader: MinibatchReader): Promise<OnlineModel> {
    const { conf, start, resume } = this.training;
    if (!(resume && (await this.goOn())) && start) await this.learning.startFrom(start);
    for (let { pass } = this.place; pass < conf.passes; pass++) {
      await this.pass(reader, pass);
      if (pass === 0) this.finishLines();
      this.place = { pass: pass + 1, parts: 0, offset: undefined };
    }
    this.tell();
    return { learned: this.total, model: this.learning.weights() };
  }

  private async pass(reader: MinibatchReader, pass: number): Promise<void> {
    const { conf, seed } = this.training;
    const ordered = orderParts(this.parts, conf.trainingData, { seed, pass });
    while (this.place.parts < ordered.length) {
      const { parts: done, offset } = this.place;
      for await (const minibatch of reader.read([ordered[done]!], { pass, from: offset })) {
        const learned = await this.learning.learn(minibatch, pass);
        if (pass === 0) this.lines.add(minibatch);
        this.place = { pass, parts: done, offset: minibatch.offset };
        await this.follow(learned, ordered);
      }
      this.place = { pass, parts: done + 1, offset: undefined };
    }
  }

  /** Takes in a step, and does what is due. */
  private async follow(learned: Learned, ordered: readonly Part[]): Promise<void> {
    const { signal, checkpointEvery, conf } = this.training;
    this.total = together(this.total, learned);
    this.window = together(this.window, learned);
    if (!Number.isFinite(learned.loss)) throw diverged();
    if (signal?.aborted) {
      await this.save();
      signal.throwIfAborted();
    }
    const now = performance.now();
    this.tellPosition(ordered);
    if (now - this.windowBegan >= 1000 * conf.reportInterval) this.tell();
    if (now - this.savedAt >= 1000 * checkpointEvery) await this.save();
  }

  private tellPosition(ordered: readonly Part[]): void {
    const { conf, position } = this.training;
    const { parts, offset = 0 } = this.place;
    const ofPart = Math.min(1, offset / Math.max(1, ordered[parts]!.end));
    const share = (parts + ofPart) / ordered.length;
    position?.({
      ...this.place,
      passes: conf.passes,
      partsOfPass: ordered.length,
      share,
      examples: this.total.examples,
    });
  }

  /** A row for what was learned since the last, if anything was; at least one. */
  private tell(): void {
    const now = performance.now();
    if (this.window.examples === 0 && this.hasTold) return;
    this.hasTold = true;
    this.training.row(rowOf((now - this.began) / 1000, this.window, this.total));
    this.window = nothing;
    this.windowBegan = now;
  }

  private finishLines(): void {
    this.lines.finish();
    for (const line of this.lines.first) this.training.warn(describeBadLine(line));
  }

  private async save(): Promise<void> {
    const { place, learning, total: learned, fingerprint } = this;
    await this.training.checkpoints?.write({ fingerprint, place, learned, learning: learning.save() }, learning.sums());
    this.savedAt = performance.now();
  }

  /** Goes to where the newest checkpoint is. @returns whether there is one */
  private async goOn(): Promise<boolean> {
    const newest = await this.training.checkpoints?.newest();
    if (!newest) {
      this.training.warn(nothingToResume);
      return false;
    }
    requireSameWay('place' in newest.state, 'several workers');
    const { fingerprint, place, learning, learned } = newest.state;
    if (fingerprint !== this.fingerprint) {
      throw new StoreError(
        'the configuration or the data is not what the job began with; resume with that, or train without --resume',
        StoreExitCode.usage,
      );
    }
    await this.learning.restore(learning, newest.sums());
    this.place = place;
    this.total = learned;
    const { lines, badLines: count, firstBad: first } = learned;
    this.lines.add({ lines, bad: { count, first } });
    return true;
  }
}

/** What must not change when a job is resumed: everything but how long it goes on and what it shows. */
function fingerprintOf({ conf, seed }: OnlineTraining, parts: readonly Part[]): string {
  const { passes: _, reportInterval: __, ...rest } = conf;
  const files = parts.map(({ file }) => file);
  return createHash('sha256')
    .update(JSON.stringify({ conf: rest, seed, files }))
    .digest('hex');
}
