/** As much of a CloudFormation template as an estimate reads. */
export interface Template {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

/** A nested object of properties; empty if there is none. */
export const objectAt = (properties: Properties, key: string): Properties => asObject(properties[key]);

/** A list of nested objects; empty if there is none. */
export function listAt(properties: Properties, key: string): readonly Properties[] {
  const value = properties[key];
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** The resource that `{"Ref": …}` points to. */
export function referenced({ Resources = {} }: Template, reference: unknown): TemplateResource | undefined {
  const { Ref: id } = asObject(reference);
  return typeof id === 'string' ? Resources[id] : undefined;
}

const asObject = (value: unknown): Properties =>
  typeof value === 'object' && value !== null ? (value as Properties) : {};
