import { DivergenceGuard } from '../../../training/distributed/divergence-guard';

/** Which of the windows, given by their mean losses, the guard takes for divergence. */
function verdicts(...losses: readonly number[]): readonly boolean[] {
  const guard = new DivergenceGuard();
  return losses.map((loss) => guard.diverges({ loss: 100 * loss, examples: 100 }));
}

describe('the guard against divergence', () => {
  it('lets the loss begin anywhere', () => {
    expect(verdicts(5)).toEqual([false]);
  });

  it('notices a loss that is worse than no model and 1.5 times the best', () => {
    expect(verdicts(0.5, 0.76, 0.74)).toEqual([false, true, false]);
    expect(verdicts(0.2, 0.6)).toEqual([false, false]);
    expect(verdicts(0.6, 0.8)).toEqual([false, false]);
  });

  it('notices a loss that is no number', () => {
    expect(verdicts(0.5, Number.NaN)).toEqual([false, true]);
  });

  it('has no opinion on a window without examples', () => {
    expect(new DivergenceGuard().diverges({ loss: 0, examples: 0 })).toBe(false);
  });
});
