import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

/** Weights by version, in the order of the split. A target group that is no version's stands under its ARN. */
const WeightsSchema = Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 999 }));

const RemovalSchema = Type.Object({
  version: Type.String({ description: 'The version that left' }),
  alarm: Type.String({ description: 'Name of the alarm that fired' }),
  firedAt: Type.String({ description: 'When it fired, in ISO 8601, UTC' }),
  reason: Type.String({ description: 'Why it fired, in the words of CloudWatch' }),
  at: Type.String({ description: 'When the guard took the version out, in ISO 8601, UTC' }),
  before: WeightsSchema,
  after: WeightsSchema,
  announced: Type.Boolean({ description: 'False while the guard is at it: the rule may not have changed yet' }),
});

const GuardRecordSchema = Type.Object({
  split: WeightsSchema,
  removals: Type.Array(RemovalSchema, { description: 'At most one for each version: its last' }),
});

export type Weights = Static<typeof WeightsSchema>;
/** A version that left the split because an alarm of it fired. */
export type Removal = Static<typeof RemovalSchema>;
/** What the rollout guard did to the split since that was deployed; the document in its SSM parameter. */
export type GuardRecord = Static<typeof GuardRecordSchema>;

const validator = Compile(GuardRecordSchema);

/** The record of a split that nobody has left. */
export const emptyRecord = (split: Weights): GuardRecord => ({ split, removals: [] });

/** @throws {Error} naming the first field that is not as it must be */
export function parseGuardRecord(text: string): GuardRecord {
  const value = parseJson(text);
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw new Error(`the rollout guard's record cannot be read: ${fault?.instancePath || 'it'} ${fault?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the rollout guard's record cannot be read: it is not JSON");
  }
}

/** The record with more removals in it: of each version the one that fired last, announced rather than not. */
export function withRemovals(record: GuardRecord, removals: readonly Removal[]): GuardRecord {
  const last = new Map<string, Removal>();
  for (const removal of [...record.removals, ...removals]) {
    const other = last.get(removal.version);
    if (!other || follows(removal, other)) last.set(removal.version, removal);
  }
  return { ...record, removals: [...last.values()] };
}

const follows = (removal: Removal, other: Removal): boolean =>
  removal.firedAt === other.firedAt ? removal.announced : removal.firedAt > other.firedAt;
