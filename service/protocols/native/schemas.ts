import Type from 'typebox';
import type { Scores } from '../../models/revision';

/** A scalar that may be null: a list of types is serialised faster than a choice of schemas. */
export const nullable = <T>(type: 'string' | 'integer' | 'number' | 'boolean', description?: string) =>
  Type.Unsafe<T | null>({ type: [type, 'null'], ...(description && { description }) });

/** Accuracies on the training and on the test rows. */
export const ScoresSchema = Type.Unsafe<Scores | null>({
  type: ['object', 'null'],
  properties: { train: nullable('number'), test: nullable('number') },
});
