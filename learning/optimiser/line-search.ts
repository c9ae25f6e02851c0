/** The objective along a search direction: at `step`, its `value` and its `slope` (directional derivative). */
export interface Trial {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** The constants of the Wolfe conditions, as usual for quasi-Newton methods. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;

/** Relative rise of the value that may be rounding. */
const rounding = 1e-12;

const maxExpansions = 40;
const maxZooms = 40;

/**
 * Finds a step that satisfies the strong Wolfe conditions.
 *
 * Nocedal & Wright, Numerical Optimization, 2nd edition, algorithms 3.5 and 3.6, with cubic interpolation. Next to an
 * optimum, where rounding hides the decrease of the value, the slope decides alone, as in Hager & Zhang, A new conjugate
 * gradient method with guaranteed descent and an efficient line search (2005), section 4.
 * A value that is not finite counts as too high, so the search backs off from an overflow.
 *
 * @param evaluate the objective along the direction; the last call made is always the one returned
 * @param start step 0, with a slope below 0
 * @returns the accepted trial, or undefined if rounding leaves no step that lowers the objective
 */
export function searchLine(evaluate: (step: number) => Trial, start: Trial, firstStep: number): Trial | undefined {
  let previous = start;
  let step = firstStep;
  for (let n = 0; n < maxExpansions; n++) {
    const trial = evaluate(step);
    if (isAcceptable(trial, start)) return trial;
    if (!decreases(trial, start) || (n > 0 && trial.value >= previous.value)) {
      return zoom(evaluate, start, previous, trial);
    }
    if (trial.slope >= 0) return zoom(evaluate, start, trial, previous);
    previous = trial;
    step *= 2;
  }
  return evaluate(previous.step);
}

/** Narrows an interval known to hold acceptable steps; `low` is its end with the smaller value. */
function zoom(evaluate: (step: number) => Trial, start: Trial, low: Trial, high: Trial): Trial | undefined {
  for (let n = 0; n < maxZooms && low.step !== high.step; n++) {
    const trial = evaluate(interpolate(low, high));
    if (isAcceptable(trial, start)) return trial;
    if (!decreases(trial, start) || trial.value >= low.value) {
      high = trial;
    } else {
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return low.step > 0 ? evaluate(low.step) : undefined;
}

const decreases = (trial: Trial, start: Trial): boolean =>
  trial.value <= start.value + sufficientDecrease * trial.step * start.slope;

/** The strong Wolfe conditions, or the approximate ones where the value stands still but for rounding. */
const isAcceptable = (trial: Trial, start: Trial): boolean =>
  Math.abs(trial.slope) <= -curvature * start.slope &&
  (decreases(trial, start) || trial.value <= start.value + rounding * Math.abs(start.value));

/** Minimiser of the cubic through both ends (Nocedal & Wright 3.59), kept off the ends; else the middle. */
function interpolate(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const d1 = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const d2 = Math.sign(width) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  const share = 1 - (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
  return a.step + width * (share >= 0.1 && share <= 0.9 ? share : 0.5);
}
