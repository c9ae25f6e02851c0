import type { Remark } from './position';
import type { Block, FieldNode, Value } from './syntax/tree';

/**
 * Puts a configuration of 2014 into the later form: `linear_method {}` around all, `solver` for `darlin`, `eta` for
 * `alpha`, and names of the application and its parameters, which have no effect.
 */
export function modernize(root: Block): { readonly root: Block; readonly warnings: readonly Remark[] } {
  const warnings: Remark[] = [];
  const warn = ({ at }: FieldNode, message: string) => warnings.push({ at, message });

  const topLevel = (field: FieldNode): FieldNode[] => {
    const [value] = field.values;
    if (field.name === 'linear_method' && value?.kind === 'block') {
      warn(field, '"linear_method" is of the form of 2014; its fields may stand at the top level');
      return value.fields.flatMap(topLevel);
    }
    if (field.name === 'app_name' || field.name === 'parameter_name') {
      warn(field, `"${field.name}" is of the form of 2014 and has no effect`);
      return [];
    }
    if (field.name === 'solver') return [renamed(field, 'darlin')];
    if (field.name === 'learning_rate') return [{ ...field, values: field.values.map(learningRate) }];
    return [field];
  };
  const learningRate = (value: Value): Value => {
    if (value.kind !== 'block') return value;
    return { ...value, fields: value.fields.map((field) => (field.name === 'eta' ? renamed(field, 'alpha') : field)) };
  };
  const renamed = (field: FieldNode, name: string): FieldNode => {
    warn(field, `"${field.name}" is of the form of 2014; write "${name}"`);
    return { ...field, name };
  };

  return { root: { ...root, fields: root.fields.flatMap(topLevel) }, warnings };
}
