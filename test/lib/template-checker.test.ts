import { type SynthesisOptions, synthesize } from './support/synthesis';
import {
  type CheckedTemplate,
  check,
  type RuleName,
  rules,
  sharedDifferences,
  type Templates,
} from './template-checker';

/** What the app writes. */
const templatesOf = (options: SynthesisOptions): Templates => {
  const { stacks, template } = synthesize(options);
  return Object.fromEntries(Object.keys(stacks).map((name) => [name, template(name).toJSON() as CheckedTemplate]));
};

/** Two versions that take traffic. */
const split: SynthesisOptions = { otherVersions: ['1.1.0'], split: '1.1.0:90,1.2.0:10' };

/** Training jobs, one of which starts by itself. */
const training: SynthesisOptions = {
  training: true,
  config: { schedules: [{ name: 'nightly', schedule: 'rate(1 day)', conf: 's3://clicks/ctr.conf' }] },
};
const aws = { account: '111111111111', region: 'eu-central-1' };
const certificateArn = 'arn:aws:acm:eu-central-1:111111111111:certificate/1';

let good: Templates;

beforeAll(() => {
  good = templatesOf({ ...training, ...split });
});

test.each<[string, SynthesisOptions]>([
  ['one version', {}],
  ['three versions and an account', { otherVersions: ['1.0.0', '1.1.0'], config: { aws } }],
  ['one version behind a shared entry', { traffic: true }],
  ['an event server', { events: true }],
  ['training jobs', training],
  [
    'an event server, a prefix and a certificate',
    { events: true, config: { aws: { prefix: 'Staging-', certificateArn } } },
  ],
  ['a split between two versions', split],
  ['a split, a third version and an account', { ...split, otherVersions: ['1.0.0', '1.1.0'], config: { aws } }],
  ['a split, a prefix and a certificate', { ...split, config: { aws: { prefix: 'Staging-', certificateArn } } }],
  ['flow logs and a standby', { config: { aws: { flowLogs: true, multiAz: true } } }],
])('the templates of %s keep to every rule', (_, options) => {
  expect(check(templatesOf(options))).toEqual([]);
});

test.each<[string, SynthesisOptions]>([
  ['another version', { version: '2.0.0', split: '2.0.0:1' }],
  ['three versions', { otherVersions: ['1.0.0', '1.1.0'], split: '1.0.0:1,1.1.0:1,1.2.0:1' }],
  ['no split', { traffic: true }],
  ['an event server', { events: true, traffic: true }],
  ['no training jobs', split],
])('the resources of Base and Traffic are the same with %s', (_, options) => {
  expect(sharedDifferences(good, templatesOf(options))).toEqual([]);
});

test.each(['ModelApp-Base', 'ModelApp-Traffic'])('a change of a resource of %s is found', (stack) => {
  const changed = structuredClone(good);
  const [id] = Object.keys(changed[stack]!.Resources);
  Object.assign(changed[stack]!.Resources[id!]!.Properties!, { Tags: [{ Key: 'version', Value: '1.2.0' }] });

  expect(sharedDifferences(good, changed)).toEqual([`${stack}: '${id}' is not the same`]);
});

test('a resource that came to Traffic is found', () => {
  const changed = structuredClone(good);
  Object.assign(changed['ModelApp-Traffic']!.Resources, {
    Rule: { Type: 'AWS::ElasticLoadBalancingV2::ListenerRule' },
  });

  expect(sharedDifferences(good, changed)).toEqual(["ModelApp-Traffic: 'Rule' is not the same"]);
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
  'imports resolve': {
    breaks: (templates) => {
      const outputs = templates['ModelApp-1-1-0']!.Outputs!;
      delete outputs[Object.keys(outputs).find((name) => name.startsWith('ExportsOutputRefShared'))!];
    },
    fault: /^ModelApp-Split: imports resolve: nothing exports "ModelApp-1-1-0:ExportsOutputRefShared\w+"$/,
  },
  'imports lock nothing but a version that takes traffic': {
    breaks: (templates) => {
      setProperty(templates, 'AWS::ECS::Cluster', 'ClusterName', {
        'Fn::ImportValue': exportOf(templates, 'ModelApp-1-1-0'),
      });
    },
    fault: /^ModelApp-1-2-0: .* imports "ModelApp-1-1-0:ExportsOutputRefShared\w+"$/,
  },
  'the service goes first, then the tables, then the image': {
    breaks: (templates) => {
      const service = resources(templates)[idOf(templates, 'AWS::ECS::Service')]!;
      const tables = idOf(templates, 'Custom::ModelAppTables');
      Object.assign(service, { DependsOn: (service.DependsOn as string[]).filter((id) => id !== tables) });
    },
    fault: /'Service\w+' does not wait for 'Tables\w+'$/,
  },
  'services, training and the split leave nothing': {
    breaks: (templates) => {
      Object.assign(resources(templates)[idOf(templates, 'AWS::Logs::LogGroup')]!, { DeletionPolicy: 'Retain' });
    },
    fault: /'TaskLogs\w+' would stay: Retain$/,
  },
  'training is ended before what it runs on, and after what starts it': {
    breaks: (templates) => {
      const { Resources } = templates['ModelApp-Training']!;
      const end = Object.keys(Resources).find((id) => Resources[id]?.Type === 'Custom::ModelAppEmptyFleet')!;
      for (const resource of Object.values(Resources)) {
        const { Type, DependsOn } = resource;
        if (Type === 'AWS::Events::Rule' && Array.isArray(DependsOn)) {
          Object.assign(resource, { DependsOn: DependsOn.filter((id) => id !== end) });
        }
      }
    },
    fault: /'Schedulesnightly\w+' does not wait for 'EmptyFleet\w+'$/,
  },
  'tasks of training let in each other only': {
    breaks: (templates) => {
      const rules = Object.values(templates['ModelApp-Training']!.Resources).filter(
        ({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress',
      );
      Object.assign(rules[0]!.Properties!, { SourceSecurityGroupId: undefined, CidrIp: '10.0.0.0/16' });
    },
    fault: /^ModelApp-Training: .* is open on \d+-\d+ to 10\.0\.0\.0\/16$/,
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
      const [group] = Object.values(templates['ModelApp-Traffic']!.Resources);
      (group!.Properties!.SecurityGroupIngress as object[]).push({ CidrIpv6: '::/0', FromPort: 22, ToPort: 22 });
    },
    fault: /^ModelApp-Traffic: .*'EntrySecurityGroup\w+' is open to the world on 22-22$/,
  },
  'instances let in load balancers only, on the ports of containers': {
    breaks: (templates) => {
      setProperty(templates, 'AWS::EC2::SecurityGroupIngress', 'FromPort', 1024);
    },
    fault: /'CapacityInstanceSg\w+' is open on 1024-65535 to /,
  },
};

test.each(Object.keys(rules) as RuleName[])('the rule "%s" finds a template that breaks it', (name) => {
  const templates = structuredClone(good);

  broken[name].breaks(templates);

  const faults = check(templates);
  expect(faults).toContainEqual(expect.stringMatching(broken[name].fault));
  expect(faults.every((fault) => fault.includes(`: ${name}: `))).toBe(true);
});

test('the stack of the event server keeps to the rules of a service too', () => {
  const templates = structuredClone(templatesOf({ events: true }));
  const { Resources } = templates['ModelApp-Events']!;
  const idIn = (type: string) => Object.keys(Resources).find((id) => Resources[id]!.Type === type)!;
  const service = Resources[idIn('AWS::ECS::Service')]!;
  const release = idIn('Custom::ModelAppRelease');
  Object.assign(service, { DependsOn: (service.DependsOn as string[]).filter((id) => id !== release) });
  Object.assign(Resources[idIn('AWS::Logs::LogGroup')]!, { DeletionPolicy: 'Retain' });
  Object.assign(Resources[idIn('AWS::EC2::SecurityGroupIngress')]!.Properties!, { FromPort: 22 });

  expect(check(templates)).toEqual([
    expect.stringMatching(/^ModelApp-Events: the service goes first.*does not wait for 'Release\w*'$/),
    expect.stringMatching(
      /^ModelApp-Events: services, training and the split leave nothing: 'TaskLogs\w+' would stay: Retain$/,
    ),
    expect.stringMatching(/^ModelApp-Events: instances let in load balancers only.*is open on 22-65535 to /),
  ]);
});

const resources = (templates: Templates): CheckedTemplate['Resources'] => templates['ModelApp-1-2-0']!.Resources;

const exportOf = (templates: Templates, stack: string): unknown =>
  Object.values(templates[stack]!.Outputs!).find(({ Export }) => Export)?.Export?.Name;

const idOf = (templates: Templates, type: string): string =>
  Object.keys(resources(templates)).find((id) => resources(templates)[id]?.Type === type)!;

const setProperty = (templates: Templates, type: string, name: string, value: unknown): void => {
  Object.assign(resources(templates)[idOf(templates, type)]!.Properties!, { [name]: value });
};
