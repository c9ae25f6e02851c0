import { Registry } from 'prom-client';
import { TallyCounter } from '../../../service/metrics/tally-counter';

function newCounter() {
  const registry = new Registry();
  const counter = new TallyCounter({ name: 'answers', help: 'Answers.', labelNames: ['route'], registers: [registry] });
  return { registry, counter };
}

describe('a counter of tallies', () => {
  test('reads as the sum of what was counted, however often it is read', async () => {
    // GIVEN a tally that is read in between
    const { registry, counter } = newCounter();
    const tally = counter.tally({ route: '/run/' });
    tally.pending += 2;
    await registry.metrics();

    // WHEN more is counted
    tally.pending += 3;

    // THEN
    expect(await registry.metrics()).toContain('answers{route="/run/"} 5\n');
  });

  test('keeps labels apart, and shows those that counted nothing', async () => {
    // GIVEN
    const { registry, counter } = newCounter();
    const tally = counter.tally({ route: '/run/' });
    counter.tally({ route: '/predict' });

    // WHEN
    tally.pending += 1;

    // THEN
    const text = await registry.metrics();
    expect(text).toContain('answers{route="/run/"} 1\n');
    expect(text).toContain('answers{route="/predict"} 0\n');
  });
});
