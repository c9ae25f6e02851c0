import Type, { type TProperties } from 'typebox';

/** Types of answers and bodies, for the documentation: what a client may send is checked by `parseEvent`. */

const Text = (description: string, maxLength?: number) =>
  Type.String({ minLength: 1, description, ...(maxLength !== undefined && { maxLength }) });

const sent = {
  event: Text('What happened: `buy`, `$set`.', 255),
  entityType: Text('Kind of who or what it happened to: `user`.', 255),
  entityId: Text('Which one of that kind.', 1024),
  targetEntityType: Type.Optional(Text('Kind of the other side: `item`.', 255)),
  targetEntityId: Type.Optional(Text('Which one of that kind.', 1024)),
  properties: Type.Optional(Type.Object({}, { additionalProperties: true, description: 'Anything else.' })),
  eventTime: Type.Optional(Type.String({ format: 'date-time', description: 'When; the time of arrival if absent.' })),
  prId: Type.Optional(Text('The prediction that led to it.', 1024)),
} satisfies TProperties;

const eventId = Type.String({
  pattern: '^(?!\\.)[A-Za-z0-9_~:.-]{1,128}$',
  description: 'Unique in app and channel; the same event again is stored once.',
});

export const NewEventSchema = Type.Object(
  { eventId: Type.Optional(eventId), ...sent },
  { examples: [{ event: 'buy', entityType: 'user', entityId: 'u1', targetEntityType: 'item', targetEntityId: 'i1' }] },
);

export const EventSchema = Type.Object({
  eventId,
  ...sent,
  creationTime: Type.String({ format: 'date-time', description: 'When it arrived, in UTC.' }),
});

export const StoredSchema = Type.Object({ eventId: Type.String() });
export const MessageSchema = Type.Object({ message: Type.String() });

export const EntitySchema = Type.Object({
  entityType: Type.String(),
  entityId: Type.String(),
  properties: Type.Object({}, { additionalProperties: true }),
  firstUpdated: Type.String({ format: 'date-time' }),
  lastUpdated: Type.String({ format: 'date-time' }),
});

export const BatchAnswerSchema = Type.Array(
  Type.Object({
    status: Type.Enum([201, 400, 403, 409]),
    eventId: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
  }),
);

const Counts = {
  basic: Type.Array(
    Type.Object({
      key: Type.Object({
        entityType: Type.String(),
        targetEntityType: Type.Optional(Type.String()),
        event: Type.String(),
      }),
      value: Type.Integer(),
    }),
  ),
  statusCode: Type.Array(Type.Object({ key: Type.Literal(201), value: Type.Integer() })),
};
const startTime = Type.String({ format: 'date-time' });

export const StatsSchema = Type.Object({
  time: startTime,
  currentHour: Type.Object({ startTime, ...Counts }),
  prevHour: Type.Object({ startTime, endTime: startTime, ...Counts }),
  longLive: Type.Object({ startTime, ...Counts }),
});
