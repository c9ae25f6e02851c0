import fc from 'fast-check';
import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import { TallyHistogram } from '../../../service/metrics/tally-histogram';

const options = { name: 'seconds', help: 'Seconds.', labelNames: ['route'] as const, buckets: [0.1, 1, 5] };

function newHistogram() {
  const registry = new Registry();
  return { registry, histogram: new TallyHistogram({ ...options, registers: [registry] }) };
}

describe('a histogram of tallies', () => {
  test('reads like the one of prom-client', async () => {
    const values = fc.array(fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constantFrom(0.1, 1, 5)));
    await fc.assert(
      fc.asyncProperty(values, values, async (ofRun, ofPredict) => {
        // GIVEN
        const { registry, histogram } = newHistogram();
        const known = new Registry();
        const reference = new Histogram({ ...options, labelNames: ['route'], registers: [known] });

        // WHEN
        for (const [route, observed] of [['/run/', [0, ...ofRun]] as const, ['/predict', [0, ...ofPredict]] as const]) {
          const distribution = histogram.tally({ route });
          for (const value of observed) {
            distribution.observe(value);
            reference.labels({ route }).observe(value);
          }
        }

        // THEN
        expect(await registry.metrics()).toBe(await known.metrics());
      }),
    );
  });

  test('shows labels that observed nothing', async () => {
    // GIVEN
    const { registry, histogram } = newHistogram();

    // WHEN
    histogram.tally({ route: '/run/' });

    // THEN
    expect(await registry.metrics()).toContain('seconds_count{route="/run/"} 0\n');
  });

  test('adds up over processes', async () => {
    // GIVEN two processes that observed something
    const processes = [newHistogram(), newHistogram()];
    for (const { histogram } of processes) histogram.tally({ route: '/run/' }).observe(0.5);

    // WHEN
    const metrics = await Promise.all(processes.map(({ registry }) => registry.getMetricsAsJSON()));
    const sum = AggregatorRegistry.aggregate(metrics);

    // THEN
    const text = await sum.metrics();
    expect(text).toContain('seconds_bucket{le="1",route="/run/"} 2\n');
    expect(text).toContain('seconds_sum{route="/run/"} 1\n');
  });
});
