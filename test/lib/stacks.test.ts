import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { type CfnTemplateResource, environment, type SynthesisOptions, synthesize } from './support/synthesis';

const names = (options: SynthesisOptions) => Object.keys(synthesize(options).stacks);

test.each([
  [[], ['ModelApp-Base', 'ModelApp-1-2-0']],
  [['1.1.0'], ['ModelApp-Base', 'ModelApp-1-2-0', 'ModelApp-1-1-0']],
  [
    ['1.0.0', '1.1.0'],
    ['ModelApp-Base', 'ModelApp-1-2-0', 'ModelApp-1-0-0', 'ModelApp-1-1-0'],
  ],
])('with the live versions %j there is a stack for each beside VERSION', (otherVersions, expected) => {
  expect(names({ otherVersions })).toEqual(expected);
});

test('the event server and training come after the base', () => {
  expect(names({ events: true, training: true, traffic: true })).toEqual([
    'ModelApp-Base',
    'ModelApp-Events',
    'ModelApp-Training',
    'ModelApp-Traffic',
    'ModelApp-1-2-0',
  ]);
});

test('the shared entry comes before the versions, and the split after them', () => {
  expect(names({ otherVersions: ['1.1.0'], traffic: true })).toEqual([
    'ModelApp-Base',
    'ModelApp-Traffic',
    'ModelApp-1-2-0',
    'ModelApp-1-1-0',
  ]);
  expect(names({ otherVersions: ['1.1.0'], split: '1.1.0:1' })).toEqual([
    'ModelApp-Base',
    'ModelApp-Traffic',
    'ModelApp-1-2-0',
    'ModelApp-1-1-0',
    'ModelApp-Split',
  ]);
});

test('a shared entry and a split can come later: Base is deployed with the same outputs without them', () => {
  const base = (options: SynthesisOptions) => synthesize(options).template('ModelApp-Base').toJSON();

  expect(base({ otherVersions: ['1.1.0'], split: '1.1.0:1' })).toEqual(base({}));
});

test('each stack is deployed after those that it refers to', () => {
  const { stacks } = synthesize({ otherVersions: ['1.1.0', '1.0.0'], split: '1.1.0:1,1.2.0:1' });

  const before = (name: string) => stacks[name]!.dependencies.map(({ stackName }) => stackName).sort();
  expect(before('ModelApp-Traffic')).toEqual(['ModelApp-Base']);
  expect(before('ModelApp-1-2-0')).toEqual(['ModelApp-Base', 'ModelApp-Traffic']);
  expect(before('ModelApp-Split')).toEqual(['ModelApp-1-1-0', 'ModelApp-1-2-0', 'ModelApp-Base', 'ModelApp-Traffic']);
});

test.each<[string, SynthesisOptions]>([
  ['alone', {}],
  ['with an account', { config: { aws: environment } }],
  ['behind a shared entry', { traffic: true }],
  ['that takes traffic', { split: '1.2.0:1' }],
])('when VERSION moves on, a version %s changes by the hash of its guard alone', (_, options) => {
  const current = synthesize({ ...options, version: '1.2.0' })
    .template('ModelApp-1-2-0')
    .toJSON();
  const older = synthesize({ ...options, version: '1.3.0', otherVersions: ['1.2.0'] })
    .template('ModelApp-1-2-0')
    .toJSON();

  const guard = Object.keys(current.Resources).find((id) => current.Resources[id].Type === 'Custom::ModelAppRelease')!;
  expect(current.Resources[guard].Properties.SourceHash).toMatch(/^[0-9a-f]{64}$/);
  expect(older.Resources[guard].Properties.SourceHash).toBe('released');
  older.Resources[guard].Properties.SourceHash = current.Resources[guard].Properties.SourceHash;
  expect(older).toEqual(current);
});

describe('the image', () => {
  const assets = (options: SynthesisOptions, stack: string) => {
    const { app } = synthesize(options);
    return JSON.parse(readFileSync(join(app.synth().directory, `${stack}.assets.json`), 'utf8')).dockerImages;
  };

  test('of VERSION is published in our repository with the version as its tag', () => {
    const [image] = Object.values<{ source: object; destinations: object }>(
      assets({ config: { aws: environment } }, 'ModelApp-1-2-0'),
    );

    expect(Object.values(image!.destinations)).toEqual([
      expect.objectContaining({ repositoryName: 'modelapp', imageTag: '1.2.0', region: 'eu-central-1' }),
    ]);
  });

  test('is built with the hash that the guard expects, which also keys the local cache', () => {
    const options = {};
    const [[key, image]] = Object.entries<{ source: { dockerBuildArgs: { SOURCE_HASH: string } } }>(
      assets(options, 'ModelApp-1-2-0'),
    ) as [[string, { source: { dockerBuildArgs: { SOURCE_HASH: string }; platform: string } }]];
    const [guard] = Object.values(
      synthesize(options).template('ModelApp-1-2-0').findResources('Custom::ModelAppRelease'),
    );

    const hash = image.source.dockerBuildArgs.SOURCE_HASH;
    expect(guard?.Properties.SourceHash).toBe(hash);
    expect(key).toBe(`${hash}-1.2.0`);
    expect(image.source.platform).toBe('linux/amd64');
  });

  test('of another version is not built', () => {
    expect(assets({ otherVersions: ['1.1.0'] }, 'ModelApp-1-1-0')).toEqual({});
  });

  test('other code is another hash, other capacity is not', () => {
    const hash = (options: SynthesisOptions) =>
      Object.values(synthesize(options).template('ModelApp-1-2-0').findResources('Custom::ModelAppRelease'))[0]
        ?.Properties.SourceHash;

    expect(hash({ dockerfile: 'FROM other' })).not.toBe(hash({}));
    expect(hash({ config: { capacity: { maxTasks: 20 } } })).toBe(hash({}));
  });
});

describe('account and region', () => {
  const variables = ['CDK_DEFAULT_ACCOUNT', 'CDK_DEFAULT_REGION'] as const;
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test('are not needed', () => {
    for (const variable of variables) delete process.env[variable];

    const stack = synthesize().stacks['ModelApp-1-2-0']!;

    expect(stack.environment).toBe('aws://unknown-account/unknown-region');
  });

  test('come from the credentials if the configuration does not name them', () => {
    process.env.CDK_DEFAULT_ACCOUNT = '222222222222';
    process.env.CDK_DEFAULT_REGION = 'eu-west-1';

    const stack = synthesize().stacks['ModelApp-1-2-0']!;

    expect(stack.environment).toBe('aws://222222222222/eu-west-1');
  });

  test('of the configuration win, and need no look-up', () => {
    process.env.CDK_DEFAULT_ACCOUNT = '222222222222';

    const { app, stacks } = synthesize({ config: { aws: environment } });

    expect(stacks['ModelApp-Base']!.environment).toBe('aws://111111111111/eu-central-1');
    expect(app.synth().manifest.missing).toBeUndefined();
  });
});

describe('a second deployment', () => {
  const split = '1.2.0:1';
  const config: SynthesisOptions['config'] = { aws: { prefix: 'Staging-' } };

  test('has the prefix in the names of its stacks', () => {
    expect(names({ split, config })).toEqual([
      'Staging-ModelApp-Base',
      'Staging-ModelApp-Traffic',
      'Staging-ModelApp-1-2-0',
      'Staging-ModelApp-Split',
    ]);
  });

  test('refers to nothing of the first', () => {
    const { stacks, template } = synthesize({ split, config });

    const texts = Object.keys(stacks).map((name) => JSON.stringify(template(name).toJSON()));
    expect(texts.filter((text) => /"ModelApp-/.test(text))).toEqual([]);
  });

  test('shares no fixed name with the first', () => {
    const first = synthesize();
    const second = synthesize({ config });

    for (const stack of ['ModelApp-Base', 'ModelApp-1-2-0']) {
      const firstNames = fixedNames(first.template(stack));
      const secondNames = fixedNames(second.template(`Staging-${stack}`));
      expect(firstNames.length).toBeGreaterThan(0);
      expect(secondNames).toHaveLength(firstNames.length);
      expect(firstNames.filter((name) => secondNames.includes(name))).toEqual([]);
    }
  });

  test('calls its own functions and takes its own images', () => {
    const text = JSON.stringify(synthesize({ config }).template('Staging-ModelApp-1-2-0').toJSON());

    expect(text).toContain(':function:staging-modelapp-tables');
    expect(text).toContain('/staging-modelapp:1.2.0');
  });
});

test('every stack is tagged, and those of versions with the version', () => {
  const { template } = synthesize({ events: true, split: '1.2.0:1' });

  const tags = (stack: string, type: string) => Object.values(template(stack).findResources(type))[0]?.Properties.Tags;
  expect(tags('ModelApp-Base', 'AWS::SNS::Topic')).toEqual([{ Key: 'modelapp:stack', Value: 'ModelApp-Base' }]);
  expect(tags('ModelApp-Traffic', 'AWS::ElasticLoadBalancingV2::LoadBalancer')).toEqual([
    { Key: 'modelapp:stack', Value: 'ModelApp-Traffic' },
  ]);
  expect(tags('ModelApp-Split', 'AWS::ElasticLoadBalancingV2::ListenerRule')).toEqual([
    { Key: 'modelapp:stack', Value: 'ModelApp-Split' },
  ]);
  expect(tags('ModelApp-Events', 'AWS::ECS::Cluster')).toEqual([{ Key: 'modelapp:stack', Value: 'ModelApp-Events' }]);
  expect(tags('ModelApp-1-2-0', 'AWS::ECS::Cluster')).toEqual([
    { Key: 'modelapp:stack', Value: 'ModelApp-1-2-0' },
    { Key: 'modelapp:version', Value: '1.2.0' },
  ]);
});

test('the stacks themselves carry the tags too, by which commands find them', () => {
  const { stacks } = synthesize({ split: '1.2.0:1' });

  const stackTags = Object.fromEntries(
    Object.values(stacks).map(({ stackName, tags }) => [stackName, tags.tagValues()]),
  );
  expect(stackTags).toEqual({
    'ModelApp-Base': { 'modelapp:stack': 'ModelApp-Base' },
    'ModelApp-Traffic': { 'modelapp:stack': 'ModelApp-Traffic' },
    'ModelApp-1-2-0': { 'modelapp:stack': 'ModelApp-1-2-0', 'modelapp:version': '1.2.0' },
    'ModelApp-Split': { 'modelapp:stack': 'ModelApp-Split' },
  });
});

test('a public admin level is warned of', () => {
  const config: SynthesisOptions['config'] = { auth: { admin: 'public' } };

  expect(synthesize({ config }).warnings('ModelApp-1-2-0')).toContainEqual(
    expect.stringContaining("auth.admin is 'public'"),
  );
});

/** Names of resources that the template gives, which an account can hold once. */
function fixedNames(template: Template): string[] {
  const keys = [
    'FunctionName',
    'LogGroupName',
    'AlarmName',
    'DashboardName',
    'RepositoryName',
    'Name',
    'RoleName',
    'BucketName',
  ];
  const resources: CfnTemplateResource[] = Object.values(template.toJSON().Resources);
  return resources.flatMap(({ Properties = {} }) =>
    keys.map((key) => Properties[key]).filter((name): name is string => typeof name === 'string'),
  );
}
