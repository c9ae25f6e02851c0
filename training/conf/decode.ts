import type { Position, Remark } from './position';
import type { AnyBlockType, BlockType, Field, FieldTypes, Values } from './schema/field';
import { suggestion } from './suggestion';
import type { Block, FieldNode, Value } from './syntax/tree';

/** Values as far as they could be read: what was faulty or missing is undefined. */
export type Draft<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [name in keyof T]?: Draft<T[name]> | undefined }
    : T;

type Fields = Readonly<Record<string, unknown>>;

/** Where the fields of blocks were written. */
export class Places {
  readonly #written = new WeakMap<object, Map<string, Position>>();

  note(block: object, field: string, at: Position): void {
    const places = this.#written.get(block) ?? new Map<string, Position>();
    this.#written.set(block, places.set(field, at));
  }

  /** The first mention of a field in a block; undefined if it was not given. */
  of<Block extends object>(block: Block | undefined, field: keyof Block & string): Position | undefined {
    return block && this.#written.get(block)?.get(field);
  }
}

export interface Decoded<Type extends FieldTypes> {
  readonly draft: Draft<Values<Type>>;
  readonly places: Places;
  readonly faults: readonly Remark[];
  /** Fields that have to be given and are not. */
  readonly missing: readonly Remark[];
  readonly warnings: readonly Remark[];
}

/**
 * Reads what was written as what the fields of a schema mean, and fills in the defaults.
 * @returns with no faults and nothing missing, the draft is whole
 */
export function decode<Type extends FieldTypes>(root: Block, type: BlockType<Type>): Decoded<Type> {
  const decoder = new Decoder(type);
  const draft = decoder.block(root, type, 'the configuration', root.at) as Draft<Values<Type>>;
  return { draft, ...decoder };
}

class Decoder {
  readonly places = new Places();
  readonly faults: Remark[] = [];
  readonly missing: Remark[] = [];
  readonly warnings: Remark[] = [];
  readonly #root: AnyBlockType;

  constructor(root: AnyBlockType) {
    this.#root = root;
  }

  block(node: Block, type: AnyBlockType, name: string, at: Position): Fields {
    const values: Record<string, unknown> = {};
    for (const [field, mentions] of byName(node.fields)) {
      const known = Object.hasOwn(type.fields, field) ? type.fields[field] : undefined;
      if (known) {
        this.places.note(values, field, mentions[0]!.at);
        values[field] = this.field(mentions, known, field);
      } else {
        for (const { at } of mentions) this.fault(at, this.unknownField(field, type, name));
      }
    }
    for (const [field, { absence, type: inner }] of Object.entries(type.fields)) {
      if (this.places.of(values, field)) continue;
      if (absence.is === 'value') values[field] = absence.value;
      else if (absence.is === 'fault') this.missing.push({ at, message: `${name} lacks "${field}"` });
      else if (inner.kind === 'block') values[field] = this.block({ kind: 'block', fields: [], at }, inner, field, at);
    }
    return values;
  }

  private field(mentions: readonly FieldNode[], { type, repeated, fate }: Field<unknown>, name: string): unknown {
    const [first, ...others] = mentions as readonly [FieldNode, ...FieldNode[]];
    if (fate.is === 'refused') {
      this.fault(first.at, `"${name}" is not supported: ${fate.instead}`);
      return undefined;
    }
    if (!repeated) {
      for (const { at } of others) this.fault(at, `"${name}" is given already in line ${first.at.line}`);
      if (first.isList) this.fault(first.at, `"${name}" takes one value, not a list`);
    }
    const values = mentions.flatMap((mention) => {
      const at = (value: Value) => (mention.isList ? value.at : mention.at);
      return mention.values.map((value) => this.value(value, type, name, at(value)));
    });
    if (fate.is === 'ignored') {
      this.warnings.push({ at: first.at, message: `"${name}" has no effect: ${fate.why}` });
      return undefined;
    }
    return repeated ? values : values[0];
  }

  private value(value: Value, type: Field<unknown>['type'], name: string, at: Position): unknown {
    if (type.kind === 'block') {
      if (value.kind === 'block') return this.block(value, type, name, at);
      this.fault(value.at, `"${name}" takes a block { … }, not ${value.text}`);
      return undefined;
    }
    const reading = value.kind === 'block' ? { fault: 'takes one value, not a block { … }' } : type.read(value);
    if ('value' in reading) return reading.value;
    this.fault(value.at, `"${name}" ${reading.fault}`);
    return undefined;
  }

  private unknownField(name: string, { fields }: AnyBlockType, block: string): string {
    const unknown = `unknown field "${name}" in ${block}`;
    const near = suggestion(name, Object.keys(fields));
    if (near) return `${unknown}; did you mean "${near}"?`;
    if (Object.hasOwn(this.#root.fields, name)) return `${unknown}; it belongs to the top level`;
    const home = homeOf(name, this.#root);
    return home ? `${unknown}; it belongs in ${home}` : unknown;
  }

  private fault(at: Position, message: string): void {
    this.faults.push({ at, message });
  }
}

function byName(fields: readonly FieldNode[]): ReadonlyMap<string, readonly FieldNode[]> {
  const mentions = new Map<string, FieldNode[]>();
  for (const field of fields) {
    const known = mentions.get(field.name);
    if (known) known.push(field);
    else mentions.set(field.name, [field]);
  }
  return mentions;
}

/** The block below another one that has a field of some name. */
function homeOf(field: string, { fields }: AnyBlockType): string | undefined {
  for (const [name, { type }] of Object.entries(fields)) {
    if (type.kind !== 'block') continue;
    if (Object.hasOwn(type.fields, field)) return name;
    const home = homeOf(field, type);
    if (home) return home;
  }
  return undefined;
}
