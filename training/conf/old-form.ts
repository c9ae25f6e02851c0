import type { Remark } from './position';
import type { Block, FieldNode, Value } from './syntax/tree';

type Warn = (field: FieldNode, message: string) => void;

/**
 * Puts a configuration of 2014 into the later form: `linear_method {}` around all, `solver` and `darling` for `darlin`,
 * `eta` for `alpha`, and names of the application and its parameters, which have no effect.
 */
export function modernize(root: Block): { readonly root: Block; readonly warnings: readonly Remark[] } {
  const warnings: Remark[] = [];
  const warn: Warn = ({ at, name }, message) =>
    void warnings.push({ at, message: `"${name}" is of the form of 2014${message}` });
  const topLevel = joinSolver(unwrap(root.fields, warn), warn);
  const fields = topLevel.map((field) => {
    if (field.name === 'solver' || field.name === 'darling') return rename(field, 'darlin', warn);
    if (field.name === 'learning_rate') return { ...field, values: field.values.map((value) => rate(value, warn)) };
    return field;
  });
  return { root: { ...root, fields }, warnings };
}

/** Brings what stands in `linear_method` to the top level. */
function unwrap(fields: readonly FieldNode[], warn: Warn): readonly FieldNode[] {
  return fields.flatMap((field) => {
    const [value] = field.values;
    if (field.name === 'linear_method' && value?.kind === 'block') {
      warn(field, '; its fields may stand at the top level');
      return unwrap(value.fields, warn);
    }
    if (field.name !== 'app_name' && field.name !== 'parameter_name') return [field];
    warn(field, ' and has no effect');
    return [];
  });
}

/** The solver's settings stood in two blocks: those of `darling` go into `solver`. */
function joinSolver(fields: readonly FieldNode[], warn: Warn): readonly FieldNode[] {
  const solver = fields.find(({ name }) => name === 'solver');
  const darling = fields.find(({ name }) => name === 'darling');
  const [general] = solver?.values ?? [];
  const [special] = darling?.values ?? [];
  if (!solver || !darling || general?.kind !== 'block' || special?.kind !== 'block') return fields;
  warn(darling, '; its fields may stand in "darlin"');
  const both = { ...solver, values: [{ ...general, fields: [...general.fields, ...special.fields] }] };
  return fields.filter((field) => field !== darling).map((field) => (field === solver ? both : field));
}

function rate(value: Value, warn: Warn): Value {
  if (value.kind !== 'block') return value;
  return {
    ...value,
    fields: value.fields.map((field) => (field.name === 'eta' ? rename(field, 'alpha', warn) : field)),
  };
}

function rename(field: FieldNode, name: string, warn: Warn): FieldNode {
  warn(field, `; write "${name}"`);
  return { ...field, name };
}
