import { parseGuardRecord } from '../../../lambda/rollout-guard/guard-record';
import { invoke, startInvocation } from '../support/invoke';
import { alarmOf, event, GuardedSplit, groupOf } from './guarded-split';

const split = { '1.1.0': 90, '1.2.0': 10 };
const guarded = new GuardedSplit();

beforeAll(() => guarded.build());
beforeEach(() => guarded.deploy(split));
afterEach(() => guarded.stop());

describe('the record', () => {
  test.each(['not JSON', '{"split": 7}'])('is begun anew if it reads %s', async (text) => {
    guarded.parameter.versions.push(text);

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual({ '1.1.0': 90 });
    expect(guarded.record()).toMatchObject({ split, removals: [{ version: '1.2.0' }] });
  });

  test('is begun anew if it has gone', async () => {
    guarded.parameter.versions.length = 0;

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.record()).toMatchObject({ split, removals: [{ version: '1.2.0' }] });
  });
});

describe('an attempt that fails half-way', () => {
  test('because no notice can be published is finished by the next, also if the alarm is off by then', async () => {
    guarded.topic.refusals = 1;
    const { error } = await guarded.change(alarmOf('1.2.0'));
    guarded.on.clear();

    await invoke(guarded.function(), event(alarmOf('1.2.0')));

    expect(error).toBeDefined();
    expect(guarded.live()).toEqual({ '1.1.0': 90 });
    expect(guarded.topic.notices).toHaveLength(1);
    expect(guarded.record().removals).toMatchObject([{ before: { '1.1.0': 90, '1.2.0': 10 }, announced: true }]);
  });

  test('because the record cannot be written changes nothing yet, and is done by the next', async () => {
    guarded.parameter.broken = true;
    const { error } = await guarded.change(alarmOf('1.2.0'));
    const between = guarded.live();
    guarded.parameter.broken = false;

    await guarded.change(alarmOf('1.2.0'));

    expect(error).toBeDefined();
    expect(between).toEqual(split);
    expect(guarded.live()).toEqual({ '1.1.0': 90 });
    expect(guarded.record().removals).toMatchObject([{ version: '1.2.0', announced: true }]);
  });

  test('by a kill after the rule changed is finished by the next', async () => {
    guarded.on.add(alarmOf('1.2.0'));
    const attempt = startInvocation(guarded.function(), event(alarmOf('1.2.0')));
    guarded.rule.writing = async () => void attempt.process.kill('SIGKILL');
    await attempt.result;
    guarded.rule.writing = async () => {};

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual({ '1.1.0': 90 });
    expect(guarded.topic.notices).toHaveLength(1);
    expect(guarded.record().removals).toMatchObject([{ before: { '1.1.0': 90, '1.2.0': 10 }, announced: true }]);
  });
});

describe('two versions that fire at once', () => {
  beforeEach(() => guarded.deploy({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 }));

  const expectBothOut = () => {
    expect(guarded.live()).toEqual({ '1.0.0': 60 });
    expect(
      guarded
        .record()
        .removals.map(({ version, announced }) => [version, announced])
        .sort(),
    ).toEqual([
      ['1.1.0', true],
      ['1.2.0', true],
    ]);
    expect(guarded.topic.notices.map(({ subject }) => subject).sort()).toEqual([
      'modelapp: 1.1.0 left the split',
      'modelapp: 1.2.0 left the split',
    ]);
  };

  test('both leave, when both guards have read the rule before either writes it', async () => {
    guarded.rule.reading = meeting(2);

    await Promise.all([guarded.change(alarmOf('1.1.0')), guarded.change(alarmOf('1.2.0'))]);

    expectBothOut();
  });

  test('both are recorded, when both guards have read the record before either ends it', async () => {
    const end = meeting(2);
    guarded.parameter.writing = async (value) => {
      if (parseGuardRecord(value).removals.some(({ announced }) => announced)) await end();
    };

    await Promise.all([guarded.change(alarmOf('1.1.0')), guarded.change(alarmOf('1.2.0'))]);

    expectBothOut();
  });

  test('the one that a slow guard brings back leaves again', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let held = false;
    guarded.rule.writing = async (groups) => {
      if (held || groupOf('1.2.0') in groups) return;
      held = true;
      await finished;
    };
    const slow = guarded.change(alarmOf('1.2.0'));
    while (!held) await new Promise((resolve) => setTimeout(resolve, 5));

    await guarded.change(alarmOf('1.1.0'));
    finish();
    await slow;

    expect(guarded.rule.writes.some((groups) => groupOf('1.1.0') in groups)).toBe(true);
    expectBothOut();
  });
});

/** Lets the first guests go on once all are there; later ones are not held. */
function meeting(guests: number): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    arrived += 1;
    if (arrived === guests) open();
    if (arrived <= guests) await opened;
  };
}
