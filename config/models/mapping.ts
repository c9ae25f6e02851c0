import Type from 'typebox';

const scalarTypes = ['float', 'int', 'str', 'bool'] as const;

export const featureTypes = [...scalarTypes, 'sparse'] as const;

/** A feature as configured: its canonical name, its type, and other names that requests may use. */
export interface MappingEntry<T extends (typeof featureTypes)[number] = (typeof featureTypes)[number]> {
  readonly name: string;
  readonly type: T;
  readonly aliases: readonly string[];
}

export const MappingSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'The canonical name: column of the data, key of a request.' }),
    type: Type.Enum([...featureTypes], {
      description:
        'How requests are converted; `sparse` takes any number of keys with values, and is for sparse-linear.',
    }),
    aliases: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Other names that requests may use.',
    }),
  },
  { additionalProperties: false },
);

/** A feature that is one value of a row. */
export type ScalarEntry = MappingEntry<(typeof scalarTypes)[number]>;
