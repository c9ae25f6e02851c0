import { invoke } from '../support/invoke';
import { alarmOf, anHourLater, byGroup, event, GuardedSplit, groupOf, type Weights } from './guarded-split';

const split = { '1.1.0': 90, '1.2.0': 10 };
const guarded = new GuardedSplit();

beforeAll(() => guarded.build());
beforeEach(() => guarded.deploy(split));
afterEach(() => guarded.stop());

describe('when an alarm of a version fires', () => {
  test.each(['errors', 'latency', 'unhealthy'])('for its %s, the version leaves the rule', async (kind) => {
    await guarded.change(alarmOf('1.2.0', kind));

    expect(guarded.live()).toEqual({ '1.1.0': 90 });
  });

  test('the stickiness of the rule stays', async () => {
    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.rule.stickinessSeconds).toBe(3600);
  });

  test('the record tells what left, when, why, and the weights before and after', async () => {
    await guarded.change(alarmOf('1.2.0'), { reason: 'Threshold Crossed' });

    expect(guarded.record()).toEqual({
      split: { '1.1.0': 90, '1.2.0': 10 },
      removals: [
        {
          version: '1.2.0',
          alarm: 'modelapp-1-2-0-errors',
          firedAt: '2026-05-04T12:00:00.000Z',
          reason: 'Threshold Crossed',
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          before: { '1.1.0': 90, '1.2.0': 10 },
          after: { '1.1.0': 90 },
          announced: true,
        },
      ],
    });
  });

  test('a notice tells it, and how to put the version back', async () => {
    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.topic.notices).toEqual([
      { subject: 'modelapp: 1.2.0 left the split', message: expect.stringContaining('modelapp-1-2-0-errors') },
    ]);
    expect(guarded.topic.notices[0]?.message).toContain('modelapp split 1.1.0:90,1.2.0:10');
  });

  test('of three versions the two others keep their weights', async () => {
    await guarded.deploy({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 });

    await guarded.change(alarmOf('1.1.0'));

    expect(guarded.live()).toEqual({ '1.0.0': 60, '1.2.0': 10 });
  });

  test('five versions with the longest names and reasons find room in the record', async () => {
    const versions = [1, 2, 3, 4, 5].map((n) => `100000${n}.1000000.1000000`);
    await guarded.deploy(Object.fromEntries(versions.map((version) => [version, 199])));

    for (const version of versions) await guarded.change(alarmOf(version), { reason: 'x'.repeat(1000) });

    expect(guarded.live()).toEqual({ [versions[0]!]: 199 });
    expect(guarded.record().removals).toHaveLength(4);
  });
});

describe('the stable version stays', () => {
  test.each<[string, Weights, string]>([
    ['of greatest weight', { '1.1.0': 10, '1.2.0': 90 }, '1.2.0'],
    ['the first of equal ones', { '1.2.0': 50, '1.1.0': 50 }, '1.2.0'],
    ['the only one', { '1.2.0': 100 }, '1.2.0'],
  ])('if it is %s', async (_, weights, version) => {
    await guarded.deploy(weights);

    const { error } = await guarded.change(alarmOf(version));

    expect(error).toBeUndefined();
    expect(guarded.rule.writes).toEqual([]);
    expect(guarded.topic.notices).toEqual([]);
    expect(guarded.record().removals).toEqual([]);
  });

  test('also if the load balancer tells equal ones in another order', async () => {
    await guarded.deploy({ '1.1.0': 50, '1.2.0': 50 });
    guarded.rule.groups = byGroup({ '1.2.0': 50, '1.1.0': 50 });

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual({ '1.1.0': 50 });
  });

  test('when every version fires, one after the other', async () => {
    await guarded.deploy({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 });

    for (const version of ['1.2.0', '1.0.0', '1.1.0']) await guarded.change(alarmOf(version));

    expect(guarded.live()).toEqual({ '1.0.0': 60 });
  });
});

describe('nothing changes', () => {
  const expectUntouched = () => {
    expect(guarded.rule.writes).toEqual([]);
    expect(guarded.topic.notices).toEqual([]);
    expect(guarded.parameter.versions).toHaveLength(1);
  };

  test('when an alarm is off again', async () => {
    await guarded.change(alarmOf('1.2.0'), { value: 'OK' });

    expectUntouched();
  });

  test('when the alarm is no version of the split', async () => {
    await guarded.change(alarmOf('1.0.0'));

    expectUntouched();
  });

  test('when the event comes so late that the alarm is off again', async () => {
    const { error } = await invoke(guarded.function(), event(alarmOf('1.2.0')));

    expect(error).toBeUndefined();
    expectUntouched();
  });

  test('when somebody took the version out by hand', async () => {
    guarded.rule.groups = byGroup({ '1.1.0': 90 });

    await guarded.change(alarmOf('1.2.0'));

    expectUntouched();
  });

  test('when the rule has gone', async () => {
    guarded.rule.gone = true;

    const { error } = await guarded.change(alarmOf('1.2.0'));

    expect(error).toBeUndefined();
    expectUntouched();
  });
});

describe('an event that comes again', () => {
  test('is not told again', async () => {
    await guarded.change(alarmOf('1.2.0'));

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.topic.notices).toHaveLength(1);
    expect(guarded.record().removals).toHaveLength(1);
  });

  test('leaves a version in the rule that somebody put back meanwhile', async () => {
    await guarded.change(alarmOf('1.2.0'));
    guarded.rule.groups = byGroup(split);

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual(split);
  });

  test('by another alarm of a version that left is not told', async () => {
    await guarded.change(alarmOf('1.2.0', 'errors'));

    await guarded.change(alarmOf('1.2.0', 'latency'), { timestamp: anHourLater });

    expect(guarded.topic.notices).toHaveLength(1);
  });
});

test('a version that was put back leaves again when its alarm fires anew', async () => {
  await guarded.change(alarmOf('1.2.0'));
  guarded.rule.groups = byGroup(split);

  await guarded.change(alarmOf('1.2.0'), { timestamp: anHourLater });

  expect(guarded.live()).toEqual({ '1.1.0': 90 });
  expect(guarded.topic.notices).toHaveLength(2);
  expect(guarded.record().removals).toMatchObject([{ version: '1.2.0', firedAt: '2026-05-04T13:00:00.000Z' }]);
});

describe('after a change of the rule by hand', () => {
  test('the live weights say which version is stable', async () => {
    guarded.rule.groups = byGroup({ '1.1.0': 10, '1.2.0': 90 });

    await guarded.change(alarmOf('1.1.0'));

    expect(guarded.live()).toEqual({ '1.2.0': 90 });
    expect(guarded.record().removals).toMatchObject([{ before: { '1.1.0': 10, '1.2.0': 90 }, after: { '1.2.0': 90 } }]);
  });

  test('a target group that is no version stays', async () => {
    const other = `${groupOf('1.0.0')}-by-hand`;
    guarded.rule.groups = { ...byGroup(split), [other]: 5 };

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual({ '1.1.0': 90, [other]: 5 });
    expect(guarded.topic.notices[0]?.message).toMatch(/modelapp split 1\.1\.0:90,1\.2\.0:10$/);
  });

  test('a version of weight 0 leaves too, as sticky clients would stay', async () => {
    guarded.rule.groups = byGroup({ '1.1.0': 100, '1.2.0': 0 });

    await guarded.change(alarmOf('1.2.0'));

    expect(guarded.live()).toEqual({ '1.1.0': 100 });
  });
});
