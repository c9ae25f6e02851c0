import type { BatchWorker, Slopes } from './batch-worker';
import { type BlockOrder, blocksOfPass, priorBlocks } from './block-order';
import { bestChange, violation } from './coordinate';
import type { Block, Layout } from './layout';
import { moveDownhill } from './line-search';
import { scaleDown } from './scale-down';
import { descend } from './second-order/descend';

export interface DarlinOptions extends BlockOrder {
  readonly lambda: number;
  /** Scales the block steps. */
  readonly alpha: number;
  /** The relative gap at which a pass is the last. */
  readonly targetGap: number;
  /** How many blocks the slopes of a block may lag behind. */
  readonly maxBlockDelay: number;
  /** Bounds of how far a weight may go in a block step. */
  readonly deltaInitial: number;
  readonly deltaMax: number;
  readonly kktThresholdRatio: number;
}

/** What a pass begins with; all else follows from the rows. */
export interface DarlinState {
  /** Passes done. */
  readonly passes: number;
  /** f after the last pass, undefined before the first. */
  readonly objective: number | undefined;
  /** f is proven to be at most this far above the minimum, as a share of f; 1 before the first pass, which is always so. */
  readonly gap: number;
  /** T of the KKT filter. */
  readonly threshold: number;
  /** One a feature. */
  readonly weights: Float64Array;
  /** δ, how far each weight may go in its next block step. */
  readonly widths: Float64Array;
  /** 1 for the features that the KKT filter has left in. */
  readonly active: Uint8Array;
  /** ρ of each block. */
  readonly dampings: Float64Array;
  /** How far margins are expected to change in a second-order step. */
  readonly marginWidth: number;
}

/** A row of the progress table. */
export interface PassReport {
  /** From 0. */
  readonly pass: number;
  /** f = Σ log(1 + exp(−ym)) + λ‖w‖₁. */
  readonly objective: number;
  /** f before / f − 1; 1 in the first pass. */
  readonly relative: number;
  readonly nonzeros: number;
  /** T in this pass. */
  readonly threshold: number;
  readonly active: number;
  /** f is proven to be at most this far above the minimum, as a share of f. */
  readonly gap: number;
}

/** The state in which a training begins. */
export function initialState(layout: Layout, weights: Float64Array, deltaInitial: number): DarlinState {
  return {
    passes: 0,
    objective: undefined,
    gap: 1,
    threshold: 1e20,
    weights,
    widths: new Float64Array(weights.length).fill(deltaInitial),
    active: new Uint8Array(weights.length).fill(1),
    dampings: new Float64Array(layout.blocks.length).fill(1),
    marginWidth: 0,
  };
}

/**
 * The scheduler's half of DARLIN, L1 logistic regression by block coordinate descent (Li et al., "Parameter Server for
 * Distributed Machine Learning", 2013), with a line search so that f never rises, and with steps of a proximal Newton
 * method (Lee, Sun, Saunders, 2014) at the end of each pass, because block steps alone creep along collinear columns.
 */
export class Darlin {
  private largestViolation = 0;

  /**
   * @param worker has its features arranged as the layout says
   * @param state is changed in place where it is an array
   */
  constructor(
    private readonly worker: BatchWorker,
    private readonly layout: Layout,
    private readonly options: DarlinOptions,
    public state: DarlinState,
  ) {}

  /** Goes over all blocks once. The training is done if the gap is at most the target. */
  async pass(): Promise<PassReport> {
    const { worker, layout, state, options } = this;
    const { passes, threshold, weights, active } = state;
    await worker.place(weights);
    if (passes === 0) await scaleDown(worker, weights, options.lambda);
    this.largestViolation = 0;
    if (passes === 0) await this.sweep(priorBlocks(layout, options), 0);
    await this.sweep(blocksOfPass(layout, options, passes), options.maxBlockDelay);

    const { objective, slopes, gap, width } = await descend(worker, layout, weights, {
      lambda: options.lambda,
      targetGap: options.targetGap,
      width: state.marginWidth,
    });

    const activeInPass = count(active);
    for (const [j, slope] of slopes.entries()) if (violation(slope, weights[j]!, options.lambda) > 0) active[j] = 1;
    this.state = {
      ...state,
      passes: passes + 1,
      objective,
      gap,
      marginWidth: width,
      threshold: (options.kktThresholdRatio * this.largestViolation) / layout.examples,
    };
    return {
      pass: passes,
      objective,
      relative: state.objective === undefined ? 1 : state.objective / objective - 1,
      nonzeros: count(weights),
      threshold,
      active: activeInPass,
      gap,
    };
  }

  /** Steps on some blocks. Their slopes are asked for up to `delay` blocks ahead. */
  private async sweep(order: readonly number[], delay: number): Promise<void> {
    const asked: Promise<() => Promise<void>>[] = [];
    let next = 0;
    for (let step = 0; step < order.length; step++) {
      while (next < order.length && next <= step + delay) {
        const answer = this.ask(order[next++]!);
        // That it fails is heard when its turn comes, if it comes.
        answer.catch(() => {});
        asked.push(answer);
      }
      await (await asked.shift()!)();
    }
  }

  /** Asks for the slopes of a block; the answer makes the step on it. */
  private async ask(index: number): Promise<() => Promise<void>> {
    const block = this.layout.blocks[index]!;
    const features = this.activeOf(block);
    const widths = Float64Array.from(features, (j) => this.state.widths[j]!);
    const answer = await this.worker.slopes(features, widths);
    return () => this.step(index, features, answer);
  }

  private async step(index: number, features: Uint32Array, { slopes, curvatures }: Slopes): Promise<void> {
    const { lambda, alpha, deltaMax } = this.options;
    const { weights, widths, active, dampings, threshold } = this.state;
    const by = new Float64Array(features.length);
    for (const [i, j] of features.entries()) {
      const slope = slopes[i]!;
      const weight = weights[j]!;
      this.largestViolation = Math.max(this.largestViolation, violation(slope, weight, lambda));
      if (weight === 0 && slope + lambda > threshold && slope - lambda < -threshold) {
        active[j] = 0;
        continue;
      }
      const curvature = (dampings[index]! * curvatures[i]!) / alpha + 1e-10;
      const width = widths[j]!;
      by[i] = Math.max(-width, Math.min(width, bestChange(slope, curvature, weight, lambda)));
      widths[j] = Math.min(deltaMax, 2 * Math.abs(by[i]!) + 0.1);
    }
    if (by.every((change) => change === 0)) return;
    const share = await moveDownhill(this.worker, weights, { features, by, slopes }, lambda);
    dampings[index] = share < 1 ? 2 * dampings[index]! : Math.max(1, 0.7 * dampings[index]!);
  }

  private activeOf({ start, end }: Block): Uint32Array {
    const { active } = this.state;
    return Uint32Array.from({ length: end - start }, (_, i) => start + i).filter((j) => active[j] === 1);
  }
}

/** How many numbers are not 0. */
const count = (numbers: Float64Array | Uint8Array): number => {
  let sum = 0;
  for (const number of numbers) if (number !== 0) sum++;
  return sum;
};
