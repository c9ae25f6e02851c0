import { type SynthesisOptions, synthesize } from './support/synthesis';
import { type CheckedTemplate, check, type RuleName, rules, type Templates } from './template-checker';

const templatesOf = (options: SynthesisOptions): Templates => {
  const { stacks, template } = synthesize(options);
  return Object.fromEntries(Object.keys(stacks).map((name) => [name, template(name).toJSON() as CheckedTemplate]));
};

test.each<[string, SynthesisOptions]>([
  ['one version', {}],
  ['two versions', { otherVersions: ['1.1.0'] }],
  [
    'three versions and an account',
    {
      otherVersions: ['1.0.0', '1.1.0'],
      config: { aws: { account: '111111111111', region: 'eu-central-1' } },
    },
  ],
  [
    'a prefix and a certificate',
    {
      config: { aws: { prefix: 'Staging-', certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/1' } },
    },
  ],
])('the templates of %s keep to every rule', (_, options) => {
  expect(check(templatesOf(options))).toEqual([]);
});

/** For each rule a good set of templates with one thing broken. */
const broken: Record<RuleName, { breaks: (templates: Templates) => void; fault: RegExp }> = {
  'references resolve': {
    breaks: (templates) => {
      delete resources(templates)[idOf(templates, 'AWS::ECS::Cluster')];
    },
    fault: /^ModelApp-1-2-0: references resolve: 'CapacityCluster\w+' is not in the template$/,
  },
  'references to other stacks resolve': {
    breaks: (templates) => {
      const outputs = templates['ModelApp-Base']!.Outputs!;
      delete outputs[Object.keys(outputs).find((name) => name.includes('DbClients'))!];
    },
    fault: /ModelApp-Base has no output '\w*DbClients\w*'$/,
  },
  'imports lock nothing but a version that takes traffic': {
    breaks: (templates) => {
      setProperty(templates, 'AWS::ECS::Cluster', 'ClusterName', { 'Fn::ImportValue': 'ModelApp-Base:Name' });
    },
    fault: /imports "ModelApp-Base:Name"$/,
  },
  'the service goes first, then the tables, then the image': {
    breaks: (templates) => {
      const service = resources(templates)[idOf(templates, 'AWS::ECS::Service')]!;
      const tables = idOf(templates, 'Custom::ModelAppTables');
      Object.assign(service, { DependsOn: (service.DependsOn as string[]).filter((id) => id !== tables) });
    },
    fault: /'Service\w+' does not wait for 'Tables\w+'$/,
  },
  'a version leaves nothing': {
    breaks: (templates) => {
      Object.assign(resources(templates)[idOf(templates, 'AWS::Logs::LogGroup')]!, { DeletionPolicy: 'Retain' });
    },
    fault: /'TaskLogs\w+' would stay: Retain$/,
  },
  'no secret stands in a template': {
    breaks: (templates) => {
      const [container] = resources(templates)[idOf(templates, 'AWS::ECS::TaskDefinition')]!.Properties!
        .ContainerDefinitions as [{ Environment: object[] }];
      container.Environment.push({ Name: 'DB_PASSWORD', Value: 'hunter2' });
    },
    fault: /holds the value of DB_PASSWORD$/,
  },
  'the world reaches load balancers on 80 and 443 only': {
    breaks: (templates) => {
      setProperty(templates, 'AWS::EC2::SecurityGroupIngress', 'CidrIp', '0.0.0.0/0');
    },
    fault: /'CapacityInstanceSg\w+' is open to the world on 32768-65535$/,
  },
};

test.each(Object.keys(rules) as RuleName[])('the rule "%s" finds a template that breaks it', (name) => {
  const templates = structuredClone(templatesOf({}));

  broken[name].breaks(templates);

  const faults = check(templates);
  expect(faults).toContainEqual(expect.stringMatching(broken[name].fault));
  expect(faults.every((fault) => fault.includes(`: ${name}: `))).toBe(true);
});

const resources = (templates: Templates): CheckedTemplate['Resources'] => templates['ModelApp-1-2-0']!.Resources;

const idOf = (templates: Templates, type: string): string =>
  Object.keys(resources(templates)).find((id) => resources(templates)[id]?.Type === type)!;

const setProperty = (templates: Templates, type: string, name: string, value: unknown): void => {
  Object.assign(resources(templates)[idOf(templates, type)]!.Properties!, { [name]: value });
};
