/** A template as far as the rules read it. */
export interface CheckedTemplate {
  readonly Parameters?: Record<string, unknown>;
  readonly Resources: Record<string, CheckedResource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
}

export interface CheckedResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The templates of an app, by the names of their stacks. */
export type Templates = Readonly<Record<string, CheckedTemplate>>;

/** Looks at one template, and at the others for what it refers to; tells each fault in one line. */
type Rule = (template: CheckedTemplate, stack: string, templates: Templates) => string[];

/** What every app must keep to; a template that breaks a rule deploys badly, or deletes badly. */
export const rules = {
  'references resolve': (template) => {
    const known = new Set([...Object.keys(template.Resources), ...Object.keys(template.Parameters ?? {})]);
    const used = [...references(template.Resources), ...references(template.Outputs)];
    const after = Object.values(template.Resources).flatMap(dependencies);
    return [...used, ...after].filter((id) => !known.has(id)).map((id) => `'${id}' is not in the template`);
  },

  'references to other stacks resolve': (template, _, templates) =>
    find(template, 'Fn::GetStackOutput').flatMap((reference) => {
      const { StackName, OutputName } = reference as { StackName: string; OutputName: string };
      const found = templates[StackName]?.Outputs?.[OutputName];
      return found ? [] : [`${StackName} has no output '${OutputName}'`];
    }),

  'imports resolve': (template, _, templates) => {
    const exported = Object.values(templates).flatMap(({ Outputs = {} }) =>
      Object.values(Outputs).map(({ Export }) => text(Export?.Name)),
    );
    return find(template, 'Fn::ImportValue')
      .map(text)
      .filter((name) => !exported.includes(name))
      .map((name) => `nothing exports ${name}`);
  },

  'imports lock nothing but a version that takes traffic': (template, stack) =>
    isSplit(stack) ? [] : find(template, 'Fn::ImportValue').map((name) => `imports ${text(name)}`),

  'the service goes first, then the tables, then the image': (template, stack) => {
    if (!isService(stack)) return [];
    const [service] = idsOf(template, 'AWS::ECS::Service');
    const [tables] = idsOf(template, 'Custom::ModelAppTables');
    const needs = (id: string | undefined, type: string) => {
      const before = id ? prerequisites(template, id) : new Set();
      const missing = idsOf(template, type).filter((other) => !before.has(other));
      return missing.map((other) => `'${id}' does not wait for '${other}'`);
    };
    return [
      ...needs(service, 'Custom::ModelAppTables'),
      ...needs(service, 'Custom::ModelAppRelease'),
      ...needs(service, 'AWS::ECS::ClusterCapacityProviderAssociations'),
      ...needs(service, 'AWS::ElasticLoadBalancingV2::Listener'),
      ...needs(service, 'AWS::ElasticLoadBalancingV2::ListenerRule'),
      ...needs(service, 'AWS::Logs::LogGroup'),
      ...(isVersion(stack) ? needs(tables, 'Custom::ModelAppRelease') : []),
    ];
  },

  'training is ended before what it runs on, and after what starts it': (template, stack) => {
    if (!isTraining(stack)) return [];
    const [end] = idsOf(template, 'Custom::ModelAppEmptyFleet');
    const [release] = idsOf(template, 'Custom::ModelAppRelease');
    const goesBefore = (id: string | undefined, other: string | undefined) =>
      id && other && prerequisites(template, id).has(other) ? [] : [`'${id}' does not wait for '${other}'`];
    const places = ['AWS::EC2::EC2Fleet', 'AWS::ECS::Cluster', 'AWS::StepFunctions::StateMachine'];
    const starting = idsOf(template, 'AWS::Events::Rule').filter((id) =>
      text(template.Resources[id]?.Properties).includes('"RoleArn"'),
    );
    return [
      ...places.flatMap((type) => goesBefore(end, idsOf(template, type)[0])),
      ...starting.flatMap((id) => goesBefore(id, end)),
      ...goesBefore(idsOf(template, 'AWS::StepFunctions::StateMachine')[0], release),
    ];
  },

  'tasks of training let in each other only': (template, stack) =>
    ingressRules(template)
      .filter(() => isTraining(stack))
      .filter(({ rule }) => references(rule.SourceSecurityGroupId).length === 0)
      .map(({ group, rule }) => `'${group}' is open on ${portsOf(rule)} to ${sourceOf(rule)}`),

  'services, training and the split leave nothing': (template, stack) =>
    isService(stack) || isTraining(stack) || isSplit(stack)
      ? Object.entries(template.Resources).flatMap(([id, { DeletionPolicy, UpdateReplacePolicy }]) =>
          [DeletionPolicy, UpdateReplacePolicy]
            .filter((policy = 'Delete') => policy !== 'Delete')
            .map((policy) => `'${id}' would stay: ${policy}`),
        )
      : [],

  'no secret stands in a template': (template) =>
    [...Object.entries(template.Resources)].flatMap(([id, { Properties }]) =>
      secretValues(Properties).map((name) => `'${id}' holds the value of ${name}`),
    ),

  'the world reaches load balancers on 80 and 443 only': (template) => {
    const balancers = text(
      idsOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map((id) => template.Resources[id]?.Properties),
    );
    return worldOpenPorts(template)
      .filter(({ group, ports }) => !balancers.includes(`"${group}"`) || (ports !== '80-80' && ports !== '443-443'))
      .map(({ group, ports }) => `'${group}' is open to the world on ${ports}`);
  },

  'instances let in load balancers only, on the ports of containers': (template, stack) => {
    const balancers = idsOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').map((id) =>
      text(template.Resources[id]?.Properties),
    );
    return ingressRules(template)
      .filter(({ group }) => isService(stack) && !balancers.some((properties) => properties.includes(`"${group}"`)))
      .filter(({ rule }) => {
        const source = text(rule.SourceSecurityGroupId);
        const [own] = references(rule.SourceSecurityGroupId);
        const balanced = own ? balancers.some((properties) => properties.includes(`"${own}"`)) : isTraffic(source);
        return !balanced || portsOf(rule) !== '32768-65535';
      })
      .map(({ group, rule }) => `'${group}' is open on ${portsOf(rule)} to ${sourceOf(rule)}`);
  },
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

/** The faults of all templates: `ModelApp-1-2-0: references resolve: 'X' is not in the template`. */
export function check(templates: Templates): string[] {
  return Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries<Rule>(rules).flatMap(([name, rule]) =>
      rule(template, stack, templates).map((fault) => `${stack}: ${name}: ${fault}`),
    ),
  );
}

/**
 * What differs between the resources of two apps, in the stacks that all versions share: a version that changed them would
 * touch all others. Outputs may come and go.
 */
export function sharedDifferences(one: Templates, other: Templates): string[] {
  return Object.keys(one)
    .filter((stack) => !isService(stack) && !isTraining(stack) && !isSplit(stack))
    .flatMap((stack) => {
      const [before, after] = [one[stack]?.Resources ?? {}, other[stack]?.Resources ?? {}];
      return [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .filter((id) => text(before[id]) !== text(after[id]))
        .map((id) => `${stack}: '${id}' is not the same`);
    });
}

const text = (value: unknown): string => JSON.stringify(value) ?? '';
const isVersion = (stack: string): boolean => /ModelApp-\d+-\d+-\d+$/.test(stack);
const isService = (stack: string): boolean => isVersion(stack) || stack.endsWith('ModelApp-Events');

const isTraining = (stack: string): boolean => stack.endsWith('ModelApp-Training');
const isSplit = (stack: string): boolean => stack.endsWith('ModelApp-Split');
const isTraffic = (reference: string): boolean => /"StackName":"[^"]*ModelApp-Traffic"/.test(reference);

const idsOf = ({ Resources }: CheckedTemplate, type: string): string[] =>
  Object.keys(Resources).filter((id) => Resources[id]?.Type === type);

const dependencies = ({ DependsOn = [] }: CheckedResource): readonly string[] =>
  typeof DependsOn === 'string' ? [DependsOn] : DependsOn;

/** All values of a key, however deep. */
function find(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...find(inner, key)]);
}

/** Logical ids that a value refers to. */
function references(value: unknown): string[] {
  const refs = find(value, 'Ref').map(String);
  const attributes = find(value, 'Fn::GetAtt').map((target) =>
    Array.isArray(target) ? String(target[0]) : String(target).split('.')[0]!,
  );
  const inTexts = find(value, 'Fn::Sub').flatMap((sub) =>
    [...text(Array.isArray(sub) ? sub[0] : sub).matchAll(/\$\{([^!.}]+)/g)].map((match) => match[1]!),
  );
  return [...refs, ...attributes, ...inTexts].filter((id) => !id.startsWith('AWS::'));
}

/** All resources that have to be there before one, directly or not. */
function prerequisites({ Resources }: CheckedTemplate, id: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (current: string) => {
    const resource = Resources[current];
    if (!resource) return;
    for (const other of [...references(resource.Properties), ...dependencies(resource)]) {
      if (found.has(other)) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(id);
  return found;
}

const secretName = /PASSWORD|SECRET|TOKEN|API_?KEY|CREDENTIAL/i;

/** Names of settings that sound secret and whose value is written out; a reference or an ARN is none. */
function secretValues(properties: unknown): string[] {
  const variables = find(properties, 'Environment').flatMap((environment) =>
    Array.isArray(environment)
      ? environment.map(({ Name, Value }) => [Name, Value] as const)
      : Object.entries((environment as { Variables?: object }).Variables ?? {}),
  );
  const settings = ['MasterUserPassword', 'Password', 'SecretString'].flatMap((name) =>
    find(properties, name).map((value) => [name, value] as const),
  );
  return [...variables, ...settings]
    .filter(
      ([name, value]) => secretName.test(name) && typeof value === 'string' && !/^(arn:|\{\{resolve:)/.test(value),
    )
    .map(([name]) => name);
}

interface IngressRule {
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
  readonly SourceSecurityGroupId?: unknown;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly GroupId?: unknown;
}

const portsOf = ({ FromPort, ToPort }: IngressRule): string => `${FromPort ?? 'any'}-${ToPort ?? 'any'}`;

const sourceOf = ({ CidrIp, CidrIpv6, SourceSecurityGroupId }: IngressRule): string =>
  CidrIp ?? CidrIpv6 ?? text(SourceSecurityGroupId);

/** Who is let in, by the security group that lets them, whether the rule stands in the group or apart. */
function ingressRules({ Resources }: CheckedTemplate): { group: string; rule: IngressRule }[] {
  const inGroups = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    if (Type !== 'AWS::EC2::SecurityGroup') return [];
    return ((Properties?.SecurityGroupIngress ?? []) as IngressRule[]).map((rule) => ({ group: id, rule }));
  });
  const apart = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress')
    .map(({ Properties = {} }) => ({
      group: references(Properties.GroupId)[0] ?? '',
      rule: Properties as IngressRule,
    }));
  return [...inGroups, ...apart];
}

/** Security groups that let the whole world in, and on which ports. */
const worldOpenPorts = (template: CheckedTemplate): { group: string; ports: string }[] =>
  ingressRules(template)
    .filter(({ rule }) => rule.CidrIp === '0.0.0.0/0' || rule.CidrIpv6 === '::/0')
    .map(({ group, rule }) => ({ group, ports: portsOf(rule) }));
