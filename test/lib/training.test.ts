import { Match, type Template } from 'aws-cdk-lib/assertions';
import { type TaskKind, taskKinds } from '../../config/training/training-task';
import { type CfnTemplateResource, onlyResource, type SynthesisOptions, synthesize } from './support/synthesis';

const name = 'ModelApp-Training';

const trainingWith = (config: SynthesisOptions['config'] = {}): Template =>
  synthesize({ training: true, config }).template(name);

let training: Template;

beforeAll(() => {
  training = trainingWith();
});

const only = (type: string, template = training) => onlyResource(template, type);

type Role = 'scheduler' | 'server' | 'worker';

function task(role: TaskKind, template = training): CfnTemplateResource['Properties'] {
  const all: CfnTemplateResource[] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  return all.find(({ Properties }) => Properties.Family === `modelapp-training-${role}`)?.Properties;
}

const container = (role: TaskKind, template = training) => task(role, template).ContainerDefinitions[0];

test('the stack is there only where it is asked for, and waits for nothing but the base', () => {
  const { stacks } = synthesize({ training: true, events: true, traffic: true });

  expect(Object.keys(synthesize().stacks)).not.toContain(name);
  expect(stacks[name]!.dependencies.map(({ stackName }) => stackName)).toEqual(['ModelApp-Base']);
});

test('nothing in the stack outlives it', () => {
  const resources: CfnTemplateResource[] = Object.values(training.toJSON().Resources);

  expect(synthesize({ training: true }).stacks[name]!.terminationProtection).toBeFalsy();
  expect(new Set(resources.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set([undefined, 'Delete']));
});

test('its outputs name the state machine, the cluster, the fleet and the longest time of a job', () => {
  const outputs = training.findOutputs('*');

  expect(outputs.StateMachineArn?.Value).toEqual({ Ref: only('AWS::StepFunctions::StateMachine').id });
  expect(outputs.ClusterName?.Value).toEqual({ Ref: only('AWS::ECS::Cluster').id });
  expect(outputs.MaxJobHours?.Value).toBe('6');
  expect(outputs.FleetId?.Value).toEqual({ 'Fn::GetAtt': [only('AWS::EC2::EC2Fleet').id, 'FleetId'] });
});

test('the image is the build of the tree for Intel and AMD, under a tag of its own that goes with the next code', () => {
  const { Kind, SourceHash, Tag } = only('Custom::ModelAppRelease').Properties;

  expect([Kind, Tag]).toEqual(['rolling', `training-${SourceHash.slice(0, 16)}`]);
  for (const role of ['scheduler', 'worker', 'trainer'] as const) {
    expect(container(role).Image['Fn::Join'][1].at(-1)).toBe(`/modelapp:${Tag}`);
  }
});

describe('the fleet', () => {
  const fleet = (template = training) => only('AWS::EC2::EC2Fleet', template).Properties;
  const overrides = (template = training) => fleet(template).LaunchTemplateConfigs[0].Overrides;

  test('is kept up by EC2, has no machine between jobs, and ends those that are too many', () => {
    expect(fleet()).toMatchObject({
      Type: 'maintain',
      TargetCapacitySpecification: {
        TotalTargetCapacity: 0,
        OnDemandTargetCapacity: 0,
        SpotTargetCapacity: 0,
        DefaultTargetCapacityType: 'spot',
      },
      ExcessCapacityTerminationPolicy: 'termination',
      ReplaceUnhealthyInstances: true,
    });
  });

  test('takes Spot machines where capacity and price are best, and machines that stay where they are cheapest', () => {
    expect(fleet().SpotOptions).toEqual({
      AllocationStrategy: 'price-capacity-optimized',
      InstanceInterruptionBehavior: 'terminate',
    });
    expect(fleet().OnDemandOptions).toEqual({ AllocationStrategy: 'lowest-price' });
  });

  test('takes any current machine that fits, in both public subnets, for as much as Spot costs', () => {
    expect(overrides()).toHaveLength(2);
    for (const { InstanceRequirements, MaxPrice, SubnetId } of overrides()) {
      expect(InstanceRequirements).toEqual({
        VCpuCount: { Min: 2, Max: 8 },
        MemoryMiB: { Min: 8192, Max: 32_768 },
        InstanceGenerations: ['current'],
        CpuManufacturers: ['intel', 'amd'],
        BurstablePerformance: 'excluded',
        BareMetal: 'excluded',
      });
      expect(MaxPrice).toBeUndefined();
      expect(JSON.stringify(SubnetId)).toContain('PublicSubnet');
    }
  });

  test('takes other machines, and none above a price, if so configured', () => {
    const template = trainingWith({
      training: { minVcpus: 4, maxVcpus: 16, minMemoryGiB: 16, maxMemoryGiB: 64, maxPrice: 0.25 },
    });

    for (const override of overrides(template)) {
      expect(override).toMatchObject({
        InstanceRequirements: { VCpuCount: { Min: 4, Max: 16 }, MemoryMiB: { Min: 16_384, Max: 65_536 } },
        MaxPrice: '0.25',
      });
    }
  });

  test('starts the latest launch template, so that a newer machine image does not replace the fleet', () => {
    const { LaunchTemplateId, Version } = fleet().LaunchTemplateConfigs[0].LaunchTemplateSpecification;

    expect(LaunchTemplateId).toEqual({ Ref: only('AWS::EC2::LaunchTemplate').id });
    expect(Version).toBe('$Latest');
  });
});

describe('a machine', () => {
  const launched = () => only('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;

  test('has no type of its own, a public address, an encrypted volume and IMDSv2 with one hop', () => {
    expect(launched()).not.toHaveProperty('InstanceType');
    expect(launched()).toMatchObject({
      NetworkInterfaces: [{ AssociatePublicIpAddress: true }],
      BlockDeviceMappings: [{ Ebs: { Encrypted: true, VolumeSize: 30, VolumeType: 'gp3' } }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    });
  });

  test('joins the cluster, drains at a Spot notice, and says whether it is Spot', () => {
    const text = JSON.stringify(launched().UserData);

    expect(text).toContain('ECS_CLUSTER=');
    expect(text).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true');
    expect(text).toContain('X-aws-ec2-metadata-token: $token');
    expect(text).toContain('meta-data/instance-life-cycle');
    expect(text.replaceAll('\\', '')).toContain('ECS_INSTANCE_ATTRIBUTES={"modelapp.lifecycle":"$lifecycle"}');
  });

  test('keeps its metadata, and with them its role, from tasks', () => {
    expect(JSON.stringify(launched().UserData)).toContain('ECS_AWSVPC_BLOCK_IMDS=true');
  });
});

describe('a task', () => {
  test.each<[TaskKind, string]>([
    ['scheduler', 'on-demand'],
    ['server', 'on-demand'],
    ['worker', 'spot'],
    ['trainer', 'spot'],
  ])('of the %s has an address of its own on an %s machine, a read-only root and 90 s to end', (role, lifecycle) => {
    expect(task(role)).toMatchObject({
      NetworkMode: 'awsvpc',
      PlacementConstraints: [{ Type: 'memberOf', Expression: `attribute:modelapp.lifecycle == ${lifecycle}` }],
    });
    expect(container(role)).toMatchObject({ ReadonlyRootFilesystem: true, StopTimeout: 90 });
  });

  test.each(taskKinds)('of the %s logs for 30 days to a group of its role', (role) => {
    const [[id, group]] = Object.entries(
      training.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: `/modelapp/training/${role}` } }),
    ) as [[string, CfnTemplateResource]];

    expect(group).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
    expect(container(role).LogConfiguration.Options['awslogs-group']).toEqual({ Ref: id });
  });

  test('gets the generated password as a secret: no template and no command holds it', () => {
    const { id, Properties } = only('AWS::SecretsManager::Secret');

    expect(Properties.GenerateSecretString).toEqual({ PasswordLength: 40, ExcludePunctuation: true });
    for (const role of ['scheduler', 'server', 'worker'] as const) {
      expect(container(role).Secrets).toEqual([{ Name: 'MODELAPP_STORE_PASSWORD', ValueFrom: { Ref: id } }]);
    }
  });

  test('of the scheduler and of a worker run the image in their role, a worker alone on a machine', () => {
    expect(container('scheduler')).toMatchObject({ Command: ['job', 'scheduler'], MemoryReservation: 1638 });
    expect(container('worker')).toMatchObject({ Command: ['job', 'worker'], MemoryReservation: 6553 });
  });
});

describe('the scheduler and workers', () => {
  test.each<Role>(['scheduler', 'worker'])(
    'of which a %s keeps what it writes for a while where the image may write',
    (role) => {
      expect(container(role).Environment).toContainEqual({ Name: 'TMPDIR', Value: '/var/lib/modelapp' });
    },
  );
});

describe('a server', () => {
  test('is Valkey by its digest, as a user without rights, and writes to memory only', () => {
    expect(container('server').Image).toMatch(/^valkey\/valkey@sha256:[0-9a-f]{64}$/);
    expect(container('server')).toMatchObject({
      User: '999',
      LinuxParameters: { Tmpfs: [{ ContainerPath: '/data', Size: 16, MountOptions: ['noexec', 'nosuid'] }] },
    });
  });

  test('has half of the least machine for parameters, and does not give up any of them', () => {
    const [, , start] = container('server').EntryPoint;

    expect(start).toContain('maxmemory 4096mb');
    expect(start).toContain('maxmemory-policy noeviction');
    expect(container('server').Memory).toBe(4915);
  });

  test('is of another image if so configured', () => {
    const serverImage = `registry.example/valkey@sha256:${'1'.repeat(64)}`;

    expect(container('server', trainingWith({ training: { serverImage } })).Image).toBe(serverImage);
  });

  test('has a role without any right', () => {
    const roles = Object.values(training.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.Roles,
    );

    expect(roles).not.toContainEqual({ Ref: task('server').TaskRoleArn['Fn::GetAtt'][0] });
  });
});

test('the tasks of a job reach each other and nobody else does: 6379 of servers, and the ports of other engines', () => {
  const groups = Object.entries(training.findResources('AWS::EC2::SecurityGroup'));
  const roleOf = (reference: { 'Fn::GetAtt': [string] }) => {
    const [, group] = groups.find(([id]) => id === reference['Fn::GetAtt'][0])!;
    return String(group.Properties.GroupDescription).split(' ')[1];
  };

  const rules = Object.values(training.findResources('AWS::EC2::SecurityGroupIngress')).map(
    ({ Properties: { GroupId, SourceSecurityGroupId, FromPort, ToPort } }) =>
      `${roleOf(SourceSecurityGroupId)} to ${roleOf(GroupId)}: ${FromPort}-${ToPort}`,
  );

  const roles = ['scheduler', 'server', 'worker'];
  expect(rules.sort()).toEqual(
    [
      'scheduler to server: 6379-6379',
      'worker to server: 6379-6379',
      'server to server: 6379-6379',
      'server to server: 16379-16379',
      ...roles.flatMap((from) => roles.map((to) => `${from} to ${to}: 8000-8096`)),
    ].sort(),
  );
  expect(groups.filter(([, { Properties }]) => Properties.SecurityGroupIngress)).toEqual([]);
});

describe('the data', () => {
  const statements = (role: Role, template = training): Record<string, unknown>[] =>
    Object.values(template.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => Properties.Roles[0].Ref === task(role, template).TaskRoleArn['Fn::GetAtt'][0])
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const artifacts = { 'Fn::GetStackOutput': { StackName: 'ModelApp-Base', OutputName: 'ArtifactsArn' } };
  const below = (folder: string) => ({ 'Fn::Join': ['', [artifacts, `/${folder}/*`]] });
  const bucket = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${rest}`]] });

  test.each<Role>(['scheduler', 'worker'])('a %s reads data and models, and writes to the folder of jobs', (role) => {
    expect(statements(role)).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        Resource: below('jobs'),
      },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: [below('data'), below('models')] },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: artifacts },
    ]);
  });

  test.each<Role>(['scheduler', 'worker'])('a %s reads further buckets, and what schedules name', (role) => {
    const template = trainingWith({
      training: { dataBuckets: ['clicks'] },
      schedules: [{ name: 'nightly', schedule: 'rate(1 day)', conf: 's3://confs/ctr.conf' }],
    });

    expect(statements(role, template)).toContainEqual(
      expect.objectContaining({
        Action: 's3:GetObject',
        Resource: expect.arrayContaining([bucket('clicks/*'), bucket('confs/ctr.conf')]),
      }),
    );
    expect(statements(role, template)).toContainEqual(
      expect.objectContaining({ Action: 's3:ListBucket', Resource: [artifacts, bucket('clicks')] }),
    );
  });
});

test('a job has the limits of the configuration', () => {
  const settings = (template: Template): string => {
    const variables = Object.values(template.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment?.Variables ?? {},
    );
    return JSON.stringify(variables.find(({ JOB_SETTINGS }) => JOB_SETTINGS));
  };

  expect(settings(training)).toContain('\\"capacityWaitMinutes\\":10,\\"maxJobHours\\":6');
  expect(settings(trainingWith({ training: { capacityWaitMinutes: 5, maxJobHours: 20 } }))).toContain(
    '\\"capacityWaitMinutes\\":5,\\"maxJobHours\\":20',
  );
});

test('a schedule starts a job, unless an hour went by', () => {
  const template = trainingWith({
    schedules: [
      { name: 'nightly', schedule: 'cron(0 3 * * ? *)', conf: 's3://clicks/ctr.conf', servers: 2, workers: 4 },
    ],
  });

  template.hasResourceProperties('AWS::Events::Rule', {
    Name: 'modelapp-training-nightly',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    Targets: [
      Match.objectLike({
        Arn: { Ref: only('AWS::StepFunctions::StateMachine', template).id },
        Input: Match.serializedJson({ conf: 's3://clicks/ctr.conf', servers: 2, workers: 4 }),
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
      }),
    ],
  });
});

test('a schedule of a model asks for its next revision', () => {
  const template = trainingWith({
    schedules: [{ name: 'weekly', schedule: 'rate(7 days)', model: 'iris', activate: false }],
  });

  template.hasResourceProperties('AWS::Events::Rule', {
    Name: 'modelapp-training-weekly',
    Targets: [Match.objectLike({ Input: Match.serializedJson({ model: 'iris', activate: false }) })],
  });
});

describe('what trains a model', () => {
  const statements = () =>
    Object.values(training.findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => Properties.Roles[0].Ref === task('trainer').TaskRoleArn['Fn::GetAtt'][0])
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const written = (value: unknown) => JSON.stringify(value);

  test('logs in as the role of the version of the tree, by IAM token, and as no other', () => {
    const variables = written(container('trainer').Environment);
    const logins = statements().filter(({ Action }) => Action === 'rds-db:connect');

    expect(variables).toContain('postgres://modelapp_1_2_0@');
    expect(variables).toContain('{"Name":"MODELAPP_DATABASE_AUTH","Value":"iam"}');
    expect(logins).toHaveLength(1);
    expect(written(logins[0]!.Resource)).toMatch(/\/modelapp_1_2_0"/);
  });

  test('may write the revisions of that version, and what its jobs say', () => {
    const writable = statements()
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .map(({ Resource }) => Resource['Fn::Join'][1].at(-1));

    expect(writable.sort()).toEqual(['/jobs/*', '/models/1.2.0/*']);
  });

  test('reaches the database, and is open to nobody', () => {
    const [[id]] = Object.entries(
      training.findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'What trains a model: open to nobody' },
      }),
    ) as [[string, unknown]];
    const settings = written(
      Object.values(training.findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.Environment),
    );

    expect(written(training.findResources('AWS::EC2::SecurityGroupIngress'))).not.toContain(id);
    expect(settings).toContain(id);
    expect(settings).toContain('DbClients');
  });

  test('knows the secrets of the configuration, and not the password of parameter servers', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:token-AbCdEf';
    const configured = trainingWith({ aws: { secrets: { TOKEN: arn } } });

    expect(container('trainer').Secrets).toBeUndefined();
    expect(container('trainer', configured).Secrets).toEqual([{ Name: 'TOKEN', ValueFrom: arn }]);
  });
});

test('deletion first ends what starts jobs, then all that runs, then the fleet and the image', () => {
  const template = trainingWith({
    schedules: [{ name: 'nightly', schedule: 'rate(1 day)', conf: 's3://clicks/ctr.conf' }],
  });
  const [schedule] = Object.values(
    template.findResources('AWS::Events::Rule', { Properties: { ScheduleExpression: 'rate(1 day)' } }),
  );
  const emptyFleet = only('Custom::ModelAppEmptyFleet', template);
  const machine = only('AWS::StepFunctions::StateMachine', template);

  expect(schedule?.DependsOn).toContain(emptyFleet.id);
  expect(emptyFleet.DependsOn).toContain(machine.id);
  expect(emptyFleet.Properties.Fleet['Fn::GetAtt'][0]).toBe(only('AWS::EC2::EC2Fleet', template).id);
  expect(machine.DependsOn).toContain(only('Custom::ModelAppRelease', template).id);
});

test('a second deployment shares no name with the first', () => {
  const second = synthesize({ training: true, config: { aws: { prefix: 'Staging-' } } }).template(
    'Staging-ModelApp-Training',
  );

  const text = JSON.stringify(second.toJSON());
  expect(text).toContain('/staging-modelapp/training/worker');
  expect(text).not.toMatch(/"(\/modelapp\/|modelapp-|ModelApp-)/);
});
