import fc from 'fast-check';
import { flightWarning, type IntervalLimits, syncInterval } from '../../../training/distributed/interval';

const limits = (changes: Partial<IntervalLimits> = {}): IntervalLimits => ({
  workers: 4,
  maxDelay: 0,
  minibatch: 1000,
  syncExamples: undefined,
  ...changes,
});

describe('the examples between two syncs of a worker', () => {
  it('are one minibatch at the beginning', () => {
    expect(syncInterval(limits(), 0, 0)).toBe(1000);
  });

  it('are 5 % of those that were learned from, shared by all workers', () => {
    expect(syncInterval(limits(), 200_000, 0)).toBe(2000);
    expect(syncInterval(limits({ workers: 2 }), 200_000, 0)).toBe(5000);
  });

  it('are 20,000 for all workers in the end', () => {
    expect(syncInterval(limits(), 1e9, 0)).toBe(5000);
  });

  it('are what is asked for, if that is', () => {
    expect(syncInterval(limits({ syncExamples: 3000 }), 1e9, 0)).toBe(3000);
  });

  it('are halved each time the job was about to diverge', () => {
    expect(syncInterval(limits({ minibatch: 100 }), 1e9, 2)).toBe(1200);
  });

  it('never are more in flight than the bound, but for one minibatch a worker', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 0, max: 1e9 }),
        (workers, maxDelay, minibatch, done) => {
          const interval = syncInterval({ workers, maxDelay, minibatch, syncExamples: undefined }, done, 0);
          expect(interval % minibatch).toBe(0);
          const inFlight = workers * (1 + maxDelay) * interval;
          expect(interval === minibatch || inFlight <= Math.min(20_000, 0.05 * done)).toBe(true);
        },
      ),
    );
  });
});

describe('a warning', () => {
  it('tells of more than 40,000 examples in minibatches that are learned from at once', () => {
    expect(flightWarning(limits({ workers: 40 }))).toBeUndefined();
    expect(flightWarning(limits({ workers: 41 }))).toContain('41 workers with minibatches of 1000');
  });
});
