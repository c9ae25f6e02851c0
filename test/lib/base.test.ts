import { Match, type Template } from 'aws-cdk-lib/assertions';
import { environment, type Synthesis, synthesize } from './support/synthesis';

let synthesis: Synthesis;
let base: Template;

beforeAll(() => {
  synthesis = synthesize();
  base = synthesis.template('ModelApp-Base');
});

const withAws = (aws: object) => synthesize({ config: { aws } }).template('ModelApp-Base');

test('the stack is protected from termination', () => {
  expect(synthesis.stacks['ModelApp-Base']?.terminationProtection).toBe(true);
});

test('no function but ours is in the stack', () => {
  const names = Object.values(base.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.FunctionName,
  );

  expect(names.sort()).toEqual([
    'modelapp-database',
    'modelapp-database-inside',
    'modelapp-release',
    'modelapp-tables',
  ]);
});

describe('the network', () => {
  test('has two zones with a public and an isolated subnet each', () => {
    const subnets = Object.values(base.findResources('AWS::EC2::Subnet')).map(({ Properties }) => Properties);

    expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone['Fn::Select'][0])).toEqual([0, 1, 0, 1]);
    expect(subnets.every(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === false)).toBe(true);
    base.resourceCountIs('AWS::EC2::Route', 2);
  });

  test('has no NAT gateway', () => {
    base.resourceCountIs('AWS::EC2::NatGateway', 0);
  });

  test('reaches S3 from every subnet through a gateway endpoint', () => {
    base.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    const [endpoint] = Object.values(base.findResources('AWS::EC2::VPCEndpoint'));

    expect(endpoint?.Properties.RouteTableIds).toHaveLength(4);
  });

  test('writes flow logs only if they are configured', () => {
    base.resourceCountIs('AWS::EC2::FlowLog', 0);

    withAws({ flowLogs: true }).hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL' });
  });
});

describe('the database', () => {
  test('is an encrypted PostgreSQL 17 with 20 GB of gp3, a managed password and login by IAM', () => {
    base.hasResourceProperties('AWS::RDS::DBInstance', {
      Engine: 'postgres',
      EngineVersion: '17',
      DBInstanceClass: 'db.t4g.small',
      DBName: 'modelapp',
      AllocatedStorage: '20',
      StorageType: 'gp3',
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      MasterUserPassword: Match.absent(),
      EnableIAMDatabaseAuthentication: true,
      BackupRetentionPeriod: 7,
      PubliclyAccessible: false,
      DeletionProtection: true,
      MultiAZ: false,
    });
  });

  test('leaves a snapshot', () => {
    base.hasResource('AWS::RDS::DBInstance', { DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' });
  });

  test('lies in the isolated subnets', () => {
    const [group] = Object.values(base.findResources('AWS::RDS::DBSubnetGroup'));

    expect(JSON.stringify(group?.Properties.SubnetIds)).toMatch(/IsolatedSubnet1.*IsolatedSubnet2/);
  });

  test('is open to DbClients on 5432, and to nobody else', () => {
    base.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5432,
      ToPort: 5432,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('DbClients'), 'GroupId'] },
    });
    base.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    base.resourcePropertiesCountIs('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.anyValue() }, 0);
  });

  test('gives up its protection and takes a standby if configured', () => {
    withAws({ deletionProtection: false, multiAz: true }).hasResourceProperties('AWS::RDS::DBInstance', {
      DeletionProtection: false,
      MultiAZ: true,
    });
  });

  test.each([
    ['storage', 'FreeStorageSpace', 'LessThanThreshold', 2 * 1024 ** 3],
    ['CPU', 'CPUUtilization', 'GreaterThanOrEqualToThreshold', 80],
  ])('has an alarm on its %s that speaks on Notices', (_, MetricName, ComparisonOperator, Threshold) => {
    base.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName,
      ComparisonOperator,
      Threshold,
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Notices') }],
    });
  });
});

describe('the image repository', () => {
  test('keeps tags for ever and scans what is pushed', () => {
    base.hasResourceProperties('AWS::ECR::Repository', {
      RepositoryName: 'modelapp',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
      EncryptionConfiguration: { EncryptionType: 'AES256' },
    });
  });

  test('expires untagged images and no others', () => {
    const [repository] = Object.values(base.findResources('AWS::ECR::Repository'));
    const { rules } = JSON.parse(repository?.Properties.LifecyclePolicy.LifecyclePolicyText);

    expect(rules.map(({ selection }: { selection: object }) => selection)).toEqual([
      { tagStatus: 'untagged', countType: 'sinceImagePushed', countNumber: 7, countUnit: 'days' },
    ]);
  });

  test('lets the publishing role of the bootstrap stack push', () => {
    const template = withAws(environment);

    template.hasResourceProperties('AWS::ECR::Repository', {
      RepositoryPolicyText: {
        Statement: [
          {
            Action: Match.arrayWith(['ecr:DescribeImages', 'ecr:DescribeRepositories', 'ecr:PutImage']),
            Principal: {
              AWS: 'arn:aws:iam::111111111111:role/cdk-hnb659fds-image-publishing-role-111111111111-eu-central-1',
            },
          },
        ],
      },
    });
  });
});

describe('the buckets', () => {
  test.each(['Artifacts', 'Logs'])('%s is private, encrypted, versioned and retained', (name) => {
    const [id, bucket] =
      Object.entries(base.findResources('AWS::S3::Bucket')).find(([key]) => key.startsWith(`Buckets${name}`)) ?? [];

    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
    base.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: id },
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  test('Artifacts keeps what jobs leave for 30 days', () => {
    base.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'jobs/', ExpirationInDays: 30, Status: 'Enabled' })]),
      },
    });
  });

  test('Artifacts lets go of a revision 30 days after it was removed', () => {
    base.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          {
            Prefix: 'models/',
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
            ExpiredObjectDeleteMarker: true,
            Status: 'Enabled',
          },
        ]),
      },
    });
  });

  test('load balancers of this account may write their logs below alb/, and none of another', () => {
    withAws(environment).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:PutObject',
            Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/alb/*/AWSLogs/111111111111/*']] },
          }),
        ]),
      },
    });
  });
});

test('Notices takes only encrypted messages, also from alarms, and has no key of its own', () => {
  base.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.absent() });
  base.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
        }),
      ]),
    },
  });
});

describe('the functions', () => {
  const properties = (name: string) =>
    Object.values(base.findResources('AWS::Lambda::Function', { Properties: { FunctionName: name } }))[0]?.Properties;

  test.each(['modelapp-database-inside', 'modelapp-tables'])(
    '%s runs in the isolated subnets as a DbClient',
    (name) => {
      expect(properties(name).VpcConfig).toEqual({
        SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringContaining('DbClients'), 'GroupId'] }],
        SubnetIds: [
          { Ref: expect.stringContaining('IsolatedSubnet1') },
          { Ref: expect.stringContaining('IsolatedSubnet2') },
        ],
      });
    },
  );

  test.each(['modelapp-database', 'modelapp-release'])('%s runs outside the VPC, from where it reaches AWS', (name) => {
    expect(properties(name).VpcConfig).toBeUndefined();
  });

  test.each(['modelapp-database', 'modelapp-database-inside', 'modelapp-release', 'modelapp-tables'])(
    '%s logs for 30 days to a group that goes with the stack',
    (name) => {
      const group = properties(name).LoggingConfig.LogGroup.Ref;

      expect(base.findResources('AWS::Logs::LogGroup')[group]).toMatchObject({
        DeletionPolicy: 'Delete',
        Properties: { LogGroupName: `/modelapp/functions/${name.replace('modelapp-', '')}`, RetentionInDays: 30 },
      });
    },
  );

  test('modelapp-tables waits 150 s for the sessions of a version', () => {
    expect(properties('modelapp-tables')).toMatchObject({
      Timeout: 900,
      Environment: { Variables: { SESSION_WAIT_SECONDS: '150', MODELAPP_DATABASE_AUTH: 'iam' } },
    });
  });

  test('only modelapp-database may read the master secret', () => {
    const readers = Object.values(base.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('secretsmanager:GetSecretValue'),
    );

    expect(readers.map(({ Properties }) => Properties.Roles[0].Ref)).toEqual([
      expect.stringMatching(/^DatabaseSetupFunctionRole/),
    ]);
  });

  test('those in the VPC log in as the admin only', () => {
    const connects = Object.values(base.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Action }: { Action: string }) => Action === 'rds-db:connect'),
    );

    expect(connects).toHaveLength(2);
    for (const { Resource } of connects) expect(JSON.stringify(Resource)).toContain('/modelapp_admin"');
  });
});

test('the shared tables are made after the database and its functions', () => {
  base.hasResource('Custom::ModelAppDatabase', {
    Properties: { Contract: 1, MasterSecret: { 'Fn::GetAtt': [Match.anyValue(), 'MasterUserSecret.SecretArn'] } },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^DatabaseInstance')]),
  });
});
