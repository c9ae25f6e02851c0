import { ConfigSchema } from '../schema';

/** The parts of a JSON schema that the reference shows. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly byDefault: string;
  readonly description: string;
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? `'${value}'` : JSON.stringify(value)}\``;

function typeOf(node: Node): string {
  if (node.enum) return node.enum.map(code).join(', ');
  if (node.anyOf) return node.anyOf.map(typeOf).join(' or ');
  if (node.items) return `list of ${typeOf(node.items)}`;
  if (node.patternProperties) return 'object';
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  const from = minimum === undefined ? '' : ` from ${minimum}`;
  const above = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  const to = maximum === undefined ? '' : ` to ${maximum}`;
  const below = exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`;
  return `${node.type === 'integer' ? 'whole number' : (node.type ?? 'any')}${from}${above}${to}${below}`;
}

/** An object's own defaults are those of its options; only a default of the whole list or value is worth a word. */
function defaultOf(node: Node, required: boolean): string {
  if (node.default !== undefined && !node.properties) return code(node.default);
  return required && node.default === undefined ? 'required' : '';
}

function rows(path: string, node: Node, required: boolean): Row[] {
  const own: Row = {
    path,
    type: node.properties ? 'object' : typeOf(node),
    byDefault: defaultOf(node, required),
    description: node.description ?? '',
  };
  const inside = node.items ?? Object.values(node.patternProperties ?? {})[0];
  const insidePath = node.items ? `${path}[]` : `${path}.<name>`;
  return [own, ...children(path, node), ...(inside?.properties ? children(insidePath, inside) : [])];
}

function children(path: string, node: Node): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) =>
    rows(path ? `${path}.${key}` : key, child, node.required?.includes(key) ?? false),
  );
}

/** The reference of all options as Markdown tables, one per top-level option, made from the schema. */
export function configurationReference(): string {
  const schema = ConfigSchema as unknown as Node;
  return Object.entries(schema.properties ?? {})
    .map(([key, node]) => {
      const [own, ...options] = rows(key, node, schema.required?.includes(key) ?? false);
      const lines = options.map(
        ({ path, type, byDefault, description }) => `| \`${path}\` | ${type} | ${byDefault} | ${description} |`,
      );
      return [
        `## \`${key}\``,
        '',
        own?.description ?? '',
        '',
        '| option | type | default | |',
        '|---|---|---|---|',
        ...lines,
        '',
      ].join('\n');
    })
    .join('\n');
}
