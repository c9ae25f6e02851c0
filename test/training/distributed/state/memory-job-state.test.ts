import { setImmediate } from 'node:timers/promises';
import type { JobPlan } from '../../../../training/distributed/state/job-plan';
import type { Fate, RecordedSync } from '../../../../training/distributed/state/job-state';
import { MemoryJobState } from '../../../../training/distributed/state/memory-job-state';
import type { Task } from '../../../../training/distributed/state/task';
import { nothing } from '../../../../training/online/learned';
import { countingConf } from '../support/counting';

describe('the state of a job in memory', () => {
  let state: MemoryJobState;

  beforeEach(() => {
    state = new MemoryJobState('job');
  });

  /** Whether something still waits when all else has been done. */
  const waits = (turn: Promise<unknown>): Promise<boolean> =>
    Promise.race([turn.then(() => false), setImmediate(true)]);

  const sync = (fate: Fate, examples = 10, offset = 5): RecordedSync => ({
    number: 1,
    offset,
    learned: { ...nothing, examples },
    fate,
  });

  const taken = async (worker: number): Promise<Task> => {
    const task = await state.take(worker);
    if (!task || 'deadly' in task) throw new Error('there is no part to take');
    return task;
  };

  describe('its clock', () => {
    beforeEach(async () => {
      await state.join(1);
      await state.join(2);
    });

    const turn = (worker: number, tick: number, maxDelay: number, isSaved = false): Promise<boolean> =>
      state.waitForTurn(worker, tick, maxDelay, isSaved);

    it.each([0, 1, 3])('lets a worker go at most %i ticks ahead of the slowest', async (maxDelay) => {
      await turn(1, maxDelay, maxDelay);
      const next = turn(1, maxDelay + 1, maxDelay);
      expect(await waits(next)).toBe(true);
      await turn(2, 1, maxDelay);
      expect(await next).toBe(true);
    });

    it('waits for nobody who left or was lost', async () => {
      await state.join(3);
      const next = turn(1, 5, 0);
      await state.leave(2);
      expect(await waits(next)).toBe(true);
      state.lose(3);
      expect(await next).toBe(true);
    });

    it('lets a newcomer begin where the slowest is', async () => {
      await state.leave(2);
      await turn(1, 8, 0);
      expect(await state.join(3)).toBe(8);
    });

    it('stands still at one tick while it is told to, newcomers too, all saved before', async () => {
      const standing = state.standStill();
      expect(await waits(standing)).toBe(true);
      expect(await Promise.all([turn(1, 1, 0), turn(2, 1, 0)])).toEqual([false, false]);
      expect(await waits(standing)).toBe(true);
      const turns = [turn(1, 1, 0, true), turn(2, 1, 0, true)];
      await standing;
      turns.push(turn(3, await state.join(3), 0, true));
      expect(await Promise.all(turns.map(waits))).toEqual([true, true, true]);
      await state.letGo();
      expect(await Promise.all(turns)).toEqual([true, true, true]);
    });
  });

  describe('its queue', () => {
    it('gives each part of a pass to one worker, in order, however often the pass is begun', async () => {
      await state.enqueue(0, [2, 0]);
      await state.enqueue(0, [2, 0]);
      expect(await taken(1)).toMatchObject({ pass: 0, part: 2, offset: undefined });
      expect(await taken(2)).toMatchObject({ pass: 0, part: 0 });
      expect(await state.take(3)).toBeUndefined();
    });

    it('lets workers wait until there is work, or none will come', async () => {
      const first = state.awaitWork();
      expect(await waits(first)).toBe(true);
      await state.enqueue(0, [0]);
      await first;
      await taken(1);
      const second = state.awaitWork();
      expect(await waits(second)).toBe(true);
      await state.publishOutcome({ status: 'done' });
      await second;
    });

    it.each(['isFreed', 'goesOn'] as const)('goes on where a part was when its worker has gone, %s', async (fate) => {
      await state.enqueue(0, [0]);
      const task = await taken(1);
      await state.record(1, task, sync(fate, 10, 77));
      expect(state.lose(1)).toBe(fate === 'goesOn');
      expect(await taken(2)).toMatchObject({ part: 0, offset: 77 });
    });

    it('records nothing of a worker that has lost its part', async () => {
      await state.enqueue(0, [0]);
      const task = await taken(1);
      state.lose(1);
      expect(await state.isOwner(1, task)).toBe(false);
      expect(await state.record(1, task, sync('isDone'))).toBeUndefined();
      expect(await state.readProgress()).toEqual({ learned: nothing, done: [] });
    });

    it('calls a part deadly once three workers died of it', async () => {
      await state.enqueue(0, [4]);
      for (const worker of [1, 2, 3]) {
        await taken(worker);
        state.lose(worker);
      }
      expect(await state.take(4)).toEqual({ deadly: true, part: 4 });
    });
  });

  it('tells of progress once, and of the pace of the job', async () => {
    await state.enqueue(0, [0]);
    const task = await taken(1);
    expect(await state.record(1, task, sync('goesOn', 10))).toEqual({ examples: 10, halvings: 0 });
    await state.record(1, task, sync('isDone', 20));
    expect(await state.readProgress()).toMatchObject({ learned: { examples: 30 }, done: ['0:0'] });
    expect(await state.readProgress()).toMatchObject({ learned: { examples: 0 }, done: [] });
    await state.halveInterval();
    expect(await state.readPace()).toEqual({ examples: 30, halvings: 1 });
  });

  it('keeps the first outcome', async () => {
    const failed = { status: 'failed', message: 'torn', exitCode: 5 } as const;
    await state.publishOutcome(failed);
    await state.publishOutcome({ status: 'done' });
    expect(await state.readOutcome()).toEqual(failed);
  });

  it('lets a worker inherit once what one that is gone knew', async () => {
    await state.saveLearner(1, { minibatches: 3 });
    await state.saveLearner(2, { minibatches: 4 });
    expect(await state.inheritLearner(3)).toBeUndefined();
    state.lose(1);
    await state.bequeathLearner(2);
    expect(await state.inheritLearner(4)).toEqual({ minibatches: 3 });
    expect(await state.inheritLearner(5)).toEqual({ minibatches: 4 });
    expect(await state.inheritLearner(6)).toBeUndefined();
  });

  it('is put where another was', async () => {
    await state.publishPlan(plan);
    await state.enqueue(0, [0, 1]);
    await state.record(1, await taken(1), sync('isDone', 10));
    await state.record(2, await taken(2), sync('goesOn', 20, 33));
    await state.saveLearner(2, { minibatches: 4 });
    await state.halveInterval();

    const other = new MemoryJobState('other');
    await other.restore(await state.save(), state.learners());

    expect(await other.save()).toEqual(await state.save());
    expect(await other.readProgress()).toMatchObject({ learned: { examples: 30 }, done: ['0:0'] });
    expect(await other.inheritLearner(1)).toEqual({ minibatches: 4 });
    await other.enqueue(0, [1]);
    expect(await other.take(1)).toMatchObject({ part: 1, offset: 33 });
  });

  const plan: JobPlan = {
    conf: countingConf(),
    fingerprint: 'counting',
    parts: [],
    workers: 2,
    shards: 1,
    seed: 1,
    syncExamples: undefined,
  };
});
