import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts that a role may use all resources whose names begin alike, which cdk-nag finds by what the template says of them. */
export function acceptWildcard(role: IConstruct, resource: string, reason: string): void {
  const id = `AwsSolutions-IAM5[Resource::${asFound(Stack.of(role).resolve(resource))}]`;
  Validations.of(role).acknowledge({ id, reason });
}

type Resolved = string | { readonly [name: string]: unknown };

/** A resolved text in the words of a finding. */
function asFound(resolved: Resolved): string {
  if (typeof resolved === 'string') return resolved;
  const { Ref: reference, 'Fn::GetAtt': attribute, 'Fn::Join': join } = resolved;
  if (typeof reference === 'string') return `<${reference}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as Resolved[]).map(asFound).join(join[0] as string);
  return JSON.stringify(resolved);
}
