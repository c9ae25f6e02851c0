import type { ScalarType } from './scalar';

/** A block with fields by name. */
export interface BlockType<Fields extends FieldTypes> {
  readonly kind: 'block';
  readonly fields: Fields;
}

export type FieldTypes = { readonly [name: string]: Field<unknown> };
export type AnyBlockType = BlockType<FieldTypes>;

/** Whether a field has to be given, and what it means if it is not; a block in place of nothing is an empty one. */
export type Absence =
  | { readonly is: 'fault' }
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'empty block' };

/** What becomes of a value that is given. */
export type Fate =
  | { readonly is: 'honoured' }
  /** It has no effect; `why` goes on after the field's name. */
  | { readonly is: 'ignored'; readonly why: string }
  /** It is a fault; `instead` says what to do. */
  | { readonly is: 'refused'; readonly instead: string };

/** What may be written in a field that means a T. */
export interface Field<T> {
  readonly type: ScalarType<unknown> | AnyBlockType;
  readonly repeated: boolean;
  readonly absence: Absence;
  readonly fate: Fate;
  /** For the type checker alone: never set. */
  readonly means?: T;
}

/** What a block's fields mean. */
export type Values<Fields extends FieldTypes> = {
  readonly [name in keyof Fields]: Fields[name] extends Field<infer T> ? T : never;
};

/** What a field's type stands for. */
type ValueOf<Type> =
  Type extends BlockType<infer Fields> ? Values<Fields> : Type extends ScalarType<infer T> ? T : never;

type ValueType = ScalarType<unknown> | AnyBlockType;

export const block = <Fields extends FieldTypes>(fields: Fields): BlockType<Fields> => ({ kind: 'block', fields });

const honoured: Fate = { is: 'honoured' };

/** A field that has to be there. */
export const required = <Type extends ValueType>(type: Type): Field<ValueOf<Type>> => ({
  type,
  repeated: false,
  absence: { is: 'fault' },
  fate: honoured,
});

/** A field that means nothing if it is absent. */
export const optional = <Type extends ValueType>(type: Type): Field<ValueOf<Type> | undefined> => ({
  type,
  repeated: false,
  absence: { is: 'value', value: undefined },
  fate: honoured,
});

/** A field that means `value` if it is absent. */
export const withDefault = <Type extends ValueType>(type: Type, value: ValueOf<Type>): Field<ValueOf<Type>> => ({
  type,
  repeated: false,
  absence: { is: 'value', value },
  fate: honoured,
});

/** A block whose fields mean their defaults if it is absent. */
export const inner = <Fields extends FieldTypes>(type: BlockType<Fields>): Field<Values<Fields>> => ({
  type,
  repeated: false,
  absence: { is: 'empty block' },
  fate: honoured,
});

/** A field that may be given any number of times. */
export const repeated = <Type extends ValueType>(type: Type): Field<readonly ValueOf<Type>[]> => ({
  type,
  repeated: true,
  absence: { is: 'value', value: [] },
  fate: honoured,
});

/** A field that has to be given once or oftener. */
export const atLeastOnce = <Type extends ValueType>(type: Type): Field<readonly ValueOf<Type>[]> => ({
  type,
  repeated: true,
  absence: { is: 'fault' },
  fate: honoured,
});

/** A field of the original that has nothing to do here: checked, and told with a warning. */
export const ignored = (field: Field<unknown>, why: string): Field<undefined> => ({
  type: field.type,
  repeated: field.repeated,
  absence: { is: 'value', value: undefined },
  fate: { is: 'ignored', why },
});

/** A field of the original that cannot be honoured. */
export const refused = (field: Field<unknown>, instead: string): Field<undefined> => ({
  type: field.type,
  repeated: field.repeated,
  absence: { is: 'value', value: undefined },
  fate: { is: 'refused', instead },
});
