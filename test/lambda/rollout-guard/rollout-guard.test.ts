import { join } from 'node:path';
import { type GuardRecord, parseGuardRecord } from '../../../lambda/rollout-guard/guard-record';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { fakeAlarms } from '../support/fake-alarms';
import { FakeListenerRule, type Groups, ruleArn } from '../support/fake-listener-rule';
import { FakeParameter } from '../support/fake-parameter';
import { FakeTopic } from '../support/fake-topic';
import { invoke, startInvocation } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';

const topicArn = 'arn:aws:sns:eu-central-1:111111111111:notices';
const parameterName = '/modelapp/split/guard';
const groupOf = (version: string) =>
  `arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/${version.replaceAll('.', '-')}/1`;
const alarmOf = (version: string, kind = 'errors') => `modelapp-${version.replaceAll('.', '-')}-${kind}`;

type Weights = Readonly<Record<string, number>>;

let bundle: string;
let split: Weights;
let rule: FakeListenerRule;
let parameter: FakeParameter;
let topic: FakeTopic;
let on: Set<string>;
let aws: Loopback;

beforeAll(async () => {
  const bundles = join(runFolder(), 'rollout-guard-bundles');
  await buildBundles(bundles);
  bundle = join(bundles, 'rollout-guard');
});

beforeEach(() => deploySplit({ '1.1.0': 90, '1.2.0': 10 }));
afterEach(() => aws.close());

const byGroup = (weights: Weights): Groups =>
  Object.fromEntries(Object.entries(weights).map(([version, weight]) => [groupOf(version), weight]));

/** What the deployment of a split leaves. */
async function deploySplit(weights: Weights): Promise<void> {
  await aws?.close();
  split = weights;
  rule = new FakeListenerRule(byGroup(weights));
  parameter = new FakeParameter(parameterName);
  parameter.versions.push(JSON.stringify({ split, removals: [] }));
  topic = new FakeTopic(topicArn);
  on = new Set();
  aws = await startLoopback(rule.answerer, parameter.answerer, topic.answerer, fakeAlarms(on));
}

const guard = () => ({
  bundle,
  environment: {
    AWS_ENDPOINT_URL: aws.url,
    RULE_ARN: ruleArn,
    NOTICES_TOPIC: topicArn,
    GUARD_PARAMETER: parameterName,
    SPLIT: JSON.stringify(
      Object.entries(split).map(([version, weight]) => ({
        version,
        weight,
        targetGroup: groupOf(version),
        alarms: ['errors', 'latency', 'unhealthy'].map((kind) => alarmOf(version, kind)),
      })),
    ),
  },
});

interface AlarmEvent {
  readonly value?: 'ALARM' | 'OK';
  readonly timestamp?: string;
  readonly reason?: string;
}

const event = (alarmName: string, { value = 'ALARM', timestamp = noon, reason = 'too many' }: AlarmEvent = {}) => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  detail: { alarmName, state: { value, timestamp, reason } },
});

/** As CloudWatch writes a time. */
const noon = '2026-05-04T12:00:00.000+0000';
const anHourLater = '2026-05-04T13:00:00.000+0000';

/** An alarm changes its state and the guard is told. */
async function change(alarm: string, options: AlarmEvent = {}): Promise<{ error?: string; output: string }> {
  on[options.value === 'OK' ? 'delete' : 'add'](alarm);
  return invoke(guard(), event(alarm, options));
}

const live = (): Weights =>
  Object.fromEntries(
    Object.entries(rule.groups).map(([group, weight]) => [
      Object.keys(split).find((version) => groupOf(version) === group) ?? group,
      weight,
    ]),
  );

const record = (): GuardRecord => parseGuardRecord(parameter.value);

describe('when an alarm of a version fires', () => {
  test.each(['errors', 'latency', 'unhealthy'])('for its %s, the version leaves the rule', async (kind) => {
    await change(alarmOf('1.2.0', kind));

    expect(live()).toEqual({ '1.1.0': 90 });
  });

  test('the stickiness of the rule stays', async () => {
    await change(alarmOf('1.2.0'));

    expect(rule.stickinessSeconds).toBe(3600);
  });

  test('the record tells what left, when, why, and the weights before and after', async () => {
    await change(alarmOf('1.2.0'), { reason: 'Threshold Crossed' });

    expect(record()).toEqual({
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
    await change(alarmOf('1.2.0'));

    expect(topic.notices).toEqual([
      { subject: 'modelapp: 1.2.0 left the split', message: expect.stringContaining('modelapp-1-2-0-errors') },
    ]);
    expect(topic.notices[0]?.message).toContain('modelapp split 1.1.0:90,1.2.0:10');
  });

  test('of three versions the two others keep their weights', async () => {
    await deploySplit({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 });

    await change(alarmOf('1.1.0'));

    expect(live()).toEqual({ '1.0.0': 60, '1.2.0': 10 });
  });

  test('five versions with the longest names and reasons find room in the record', async () => {
    const versions = [1, 2, 3, 4, 5].map((n) => `100000${n}.1000000.1000000`);
    await deploySplit(Object.fromEntries(versions.map((version) => [version, 199])));

    for (const version of versions) await change(alarmOf(version), { reason: 'x'.repeat(1000) });

    expect(live()).toEqual({ [versions[0]!]: 199 });
    expect(record().removals).toHaveLength(4);
  });
});

describe('the stable version stays', () => {
  test.each<[string, Weights, string]>([
    ['of greatest weight', { '1.1.0': 10, '1.2.0': 90 }, '1.2.0'],
    ['the first of equal ones', { '1.2.0': 50, '1.1.0': 50 }, '1.2.0'],
    ['the only one', { '1.2.0': 100 }, '1.2.0'],
  ])('if it is %s', async (_, weights, version) => {
    await deploySplit(weights);

    const { error } = await change(alarmOf(version));

    expect(error).toBeUndefined();
    expect(rule.writes).toEqual([]);
    expect(topic.notices).toEqual([]);
    expect(record().removals).toEqual([]);
  });

  test('also if the load balancer tells equal ones in another order', async () => {
    await deploySplit({ '1.1.0': 50, '1.2.0': 50 });
    rule.groups = byGroup({ '1.2.0': 50, '1.1.0': 50 });

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual({ '1.1.0': 50 });
  });

  test('when every version fires, one after the other', async () => {
    await deploySplit({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 });

    for (const version of ['1.2.0', '1.0.0', '1.1.0']) await change(alarmOf(version));

    expect(live()).toEqual({ '1.0.0': 60 });
  });
});

describe('nothing changes', () => {
  const expectUntouched = () => {
    expect(rule.writes).toEqual([]);
    expect(topic.notices).toEqual([]);
    expect(parameter.versions).toHaveLength(1);
  };

  test('when an alarm is off again', async () => {
    await change(alarmOf('1.2.0'), { value: 'OK' });

    expectUntouched();
  });

  test('when the alarm is no version of the split', async () => {
    await change(alarmOf('1.0.0'));

    expectUntouched();
  });

  test('when the event comes so late that the alarm is off again', async () => {
    const { error } = await invoke(guard(), event(alarmOf('1.2.0')));

    expect(error).toBeUndefined();
    expectUntouched();
  });

  test('when somebody took the version out by hand', async () => {
    rule.groups = byGroup({ '1.1.0': 90 });

    await change(alarmOf('1.2.0'));

    expectUntouched();
  });

  test('when the rule has gone', async () => {
    rule.gone = true;

    const { error } = await change(alarmOf('1.2.0'));

    expect(error).toBeUndefined();
    expectUntouched();
  });
});

describe('an event that comes again', () => {
  test('is not told again', async () => {
    await change(alarmOf('1.2.0'));

    await change(alarmOf('1.2.0'));

    expect(topic.notices).toHaveLength(1);
    expect(record().removals).toHaveLength(1);
  });

  test('leaves a version in the rule that somebody put back meanwhile', async () => {
    await change(alarmOf('1.2.0'));
    rule.groups = byGroup(split);

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual(split);
  });

  test('by another alarm of a version that left is not told', async () => {
    await change(alarmOf('1.2.0', 'errors'));

    await change(alarmOf('1.2.0', 'latency'), { timestamp: anHourLater });

    expect(topic.notices).toHaveLength(1);
  });
});

test('a version that was put back leaves again when its alarm fires anew', async () => {
  await change(alarmOf('1.2.0'));
  rule.groups = byGroup(split);

  await change(alarmOf('1.2.0'), { timestamp: anHourLater });

  expect(live()).toEqual({ '1.1.0': 90 });
  expect(topic.notices).toHaveLength(2);
  expect(record().removals).toMatchObject([{ version: '1.2.0', firedAt: '2026-05-04T13:00:00.000Z' }]);
});

describe('after a change of the rule by hand', () => {
  test('the live weights say which version is stable', async () => {
    rule.groups = byGroup({ '1.1.0': 10, '1.2.0': 90 });

    await change(alarmOf('1.1.0'));

    expect(live()).toEqual({ '1.2.0': 90 });
    expect(record().removals).toMatchObject([{ before: { '1.1.0': 10, '1.2.0': 90 }, after: { '1.2.0': 90 } }]);
  });

  test('a target group that is no version stays', async () => {
    const other = `${groupOf('1.0.0')}-by-hand`;
    rule.groups = { ...byGroup(split), [other]: 5 };

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual({ '1.1.0': 90, [other]: 5 });
    expect(topic.notices[0]?.message).toMatch(/modelapp split 1\.1\.0:90,1\.2\.0:10$/);
  });

  test('a version of weight 0 leaves too, as sticky clients would stay', async () => {
    rule.groups = byGroup({ '1.1.0': 100, '1.2.0': 0 });

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual({ '1.1.0': 100 });
  });
});

describe('the record', () => {
  test.each(['not JSON', '{"split": 7}'])('is begun anew if it reads %s', async (text) => {
    parameter.versions.push(text);

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual({ '1.1.0': 90 });
    expect(record()).toMatchObject({ split, removals: [{ version: '1.2.0' }] });
  });

  test('is begun anew if it has gone', async () => {
    parameter.versions.length = 0;

    await change(alarmOf('1.2.0'));

    expect(record()).toMatchObject({ split, removals: [{ version: '1.2.0' }] });
  });
});

describe('an attempt that fails half-way', () => {
  test('because no notice can be published is finished by the next, also if the alarm is off by then', async () => {
    topic.refusals = 1;
    const { error } = await change(alarmOf('1.2.0'));
    on.clear();

    await invoke(guard(), event(alarmOf('1.2.0')));

    expect(error).toBeDefined();
    expect(live()).toEqual({ '1.1.0': 90 });
    expect(topic.notices).toHaveLength(1);
    expect(record().removals).toMatchObject([{ before: { '1.1.0': 90, '1.2.0': 10 }, announced: true }]);
  });

  test('because the record cannot be written changes nothing yet, and is done by the next', async () => {
    parameter.broken = true;
    const { error } = await change(alarmOf('1.2.0'));
    const between = live();
    parameter.broken = false;

    await change(alarmOf('1.2.0'));

    expect(error).toBeDefined();
    expect(between).toEqual(split);
    expect(live()).toEqual({ '1.1.0': 90 });
    expect(record().removals).toMatchObject([{ version: '1.2.0', announced: true }]);
  });

  test('by a kill after the rule changed is finished by the next', async () => {
    on.add(alarmOf('1.2.0'));
    const attempt = startInvocation(guard(), event(alarmOf('1.2.0')));
    rule.writing = async () => void attempt.process.kill('SIGKILL');
    await attempt.result;
    rule.writing = async () => {};

    await change(alarmOf('1.2.0'));

    expect(live()).toEqual({ '1.1.0': 90 });
    expect(topic.notices).toHaveLength(1);
    expect(record().removals).toMatchObject([{ before: { '1.1.0': 90, '1.2.0': 10 }, announced: true }]);
  });
});

describe('two versions that fire at once', () => {
  beforeEach(() => deploySplit({ '1.0.0': 60, '1.1.0': 30, '1.2.0': 10 }));

  const expectBothOut = () => {
    expect(live()).toEqual({ '1.0.0': 60 });
    expect(
      record()
        .removals.map(({ version, announced }) => [version, announced])
        .sort(),
    ).toEqual([
      ['1.1.0', true],
      ['1.2.0', true],
    ]);
    expect(topic.notices.map(({ subject }) => subject).sort()).toEqual([
      'modelapp: 1.1.0 left the split',
      'modelapp: 1.2.0 left the split',
    ]);
  };

  test('both leave, when both guards have read the rule before either writes it', async () => {
    rule.reading = meeting(2);

    await Promise.all([change(alarmOf('1.1.0')), change(alarmOf('1.2.0'))]);

    expectBothOut();
  });

  test('both are recorded, when both guards have read the record before either ends it', async () => {
    const end = meeting(2);
    parameter.writing = async (value) => {
      if (parseGuardRecord(value).removals.some(({ announced }) => announced)) await end();
    };

    await Promise.all([change(alarmOf('1.1.0')), change(alarmOf('1.2.0'))]);

    expectBothOut();
  });

  test('the one that a slow guard brings back leaves again', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let held = false;
    rule.writing = async (groups) => {
      if (held || groupOf('1.2.0') in groups) return;
      held = true;
      await finished;
    };
    const slow = change(alarmOf('1.2.0'));
    while (!held) await new Promise((resolve) => setTimeout(resolve, 5));

    await change(alarmOf('1.1.0'));
    finish();
    await slow;

    expect(rule.writes.some((groups) => groupOf('1.1.0') in groups)).toBe(true);
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
