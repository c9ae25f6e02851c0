import { type Moment, WriterWatch } from '../../../../../service/protocols/pio/shop/writer-watch';

const patience = 1_000;
const moment = (events: number, ...writers: string[]): Moment => ({
  position: { events, removals: 0 },
  writers: new Set(writers),
});

describe('What is settled', () => {
  it('is everything that has a number, if nobody is writing', () => {
    expect(new WriterWatch().observe(moment(5), 0, patience)).toEqual({ events: 5, removals: 0 });
  });

  it('is nothing more until all have ended who were writing then, whoever has begun since', () => {
    const watch = new WriterWatch();

    expect(watch.observe(moment(5, 'a', 'b'), 0, patience)).toBeUndefined();
    expect(watch.observe(moment(8, 'b', 'c'), 10, patience)).toBeUndefined();
    expect(watch.observe(moment(9, 'c', 'd'), 20, patience)).toEqual({ events: 5, removals: 0 });
    expect(watch.observe(moment(9), 30, patience)).toEqual({ events: 9, removals: 0 });
    expect(watch.missed).toBe(false);
  });

  it('does not wait longer for a writer than it has patience, and knows when that one has ended', () => {
    const watch = new WriterWatch();
    watch.observe(moment(5, 'slow'), 0, patience);

    expect(watch.observe(moment(7, 'slow'), patience, patience)).toEqual({ events: 5, removals: 0 });
    expect(watch.missed).toBe(false);
    watch.observe(moment(7), patience + 1, patience);
    expect(watch.missed).toBe(true);
  });
});
