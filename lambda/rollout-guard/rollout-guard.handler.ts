import { type AlarmStateChange, type FiredAlarm, firedAlarm, isOn } from './alarm';
import { remaining, type Share, type SplitVersion, weightsOf } from './decision';
import type { GuardRecord, Removal } from './guard-record';
import { GuardStore } from './guard-store';
import { type LiveRule, readRule, writeRule } from './listener-rule';
import { publishNotice } from './notice';

const split = JSON.parse(process.env.SPLIT!) as readonly SplitVersion[];
const rule = process.env.RULE_ARN!;
const topic = process.env.NOTICES_TOPIC!;
const store = new GuardStore(
  process.env.GUARD_PARAMETER!,
  Object.fromEntries(split.map(({ version, weight }) => [version, weight])),
);

/** Takes a version whose alarm fired out of the split. What fails is done again by the next attempt, from where it stopped. */
export async function handler(event: AlarmStateChange): Promise<void> {
  const fired = firedAlarm(event, split);
  if (fired) console.log(`${fired.alarm}: ${await guard(fired)}`);
}

/** @returns what came of it */
async function guard(fired: FiredAlarm): Promise<string> {
  const record = await store.read();
  const last = record.removals.find(({ version }) => version === fired.version);
  if (last?.announced && fired.firedAt <= last.firedAt) return 'was handled before';
  const begun = last?.announced === false ? last : undefined;
  if (!begun && !(await isOn(fired.alarm))) return 'is off again';

  const live = await readRule(rule, split);
  if (!live) return 'there is no split any more';
  const removal = begun ?? planRemoval(fired, live.shares);
  if (!removal) return `${fired.version} is the stable version, or takes no traffic`;

  // Noted before the rule changes: whoever does this again has to know the weights from before.
  if (!begun) await store.add(removal);
  const left = await takeOut(removal, record);
  if (!left) return 'there is no split any more';
  const done = { ...removal, after: weightsOf(left.shares), announced: true };
  await publishNotice(topic, done);
  await store.add(done);
  return `${fired.version} left the split`;
}

/** @returns undefined if the version stays, or is not there */
function planRemoval(fired: FiredAlarm, shares: readonly Share[]): Removal | undefined {
  const after = remaining(shares, [fired.version]);
  if (after.length === shares.length) return undefined;
  return {
    ...fired,
    at: new Date().toISOString(),
    before: weightsOf(shares),
    after: weightsOf(after),
    announced: false,
  };
}

/**
 * Takes out the version, and all whose removal began since `before` was read: another guard may be at work, and the rule
 * that it writes may bring back what this one took out, or the other way round. The last to write sees the removals of all.
 */
async function takeOut(own: Removal, before: GuardRecord): Promise<LiveRule | undefined> {
  const over = new Set(before.removals.filter(({ announced }) => announced).map(keyOf));
  for (;;) {
    const { removals } = await store.read();
    const others = removals.filter((removal) => !over.has(keyOf(removal)));
    const leaving = [own, ...others].map(({ version }) => version);
    const live = await readRule(rule, split);
    if (!live) return undefined;
    const staying = remaining(live.shares, leaving);
    if (staying.length === live.shares.length) return live;
    await writeRule(rule, live, staying);
  }
}

const keyOf = ({ version, firedAt }: Removal): string => `${version} ${firedAt}`;
