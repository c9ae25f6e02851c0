import { Match, type Template } from 'aws-cdk-lib/assertions';
import { onlyResource, synthesize } from '../support/synthesis';

const name = 'ModelApp-1-2-0';

let version: Template;

beforeAll(() => {
  version = synthesize().template(name);
});

const only = (type: string) => onlyResource(version, type);

const container = () => only('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0];

describe('the task', () => {
  test('is a bridged container of 512 MiB on a dynamic port', () => {
    expect(only('AWS::ECS::TaskDefinition').Properties.NetworkMode).toBe('bridge');
    expect(container()).toMatchObject({
      Command: ['serve'],
      Memory: 512,
      PortMappings: [{ ContainerPort: 8080, HostPort: 0, Protocol: 'tcp' }],
    });
  });

  test('writes nowhere but to the volume of its host', () => {
    expect(container().ReadonlyRootFilesystem).toBe(true);
    expect(container().MountPoints).toEqual([
      { SourceVolume: 'data', ContainerPath: '/var/lib/modelapp', ReadOnly: false },
    ]);
    expect(only('AWS::ECS::TaskDefinition').Properties.Volumes).toEqual([
      { Name: 'data', Host: { SourcePath: '/var/lib/modelapp' } },
    ]);
  });

  test('is asked for its health, and has 120 s to ship its spool', () => {
    expect(container().HealthCheck.Command).toEqual(['CMD', 'node', 'health.js']);
    expect(container().StopTimeout).toBe(120);
  });

  test('logs for 30 days to a group that goes with the version', () => {
    const group = only('AWS::Logs::LogGroup');

    expect(group).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: '/modelapp/1-2-0/service', RetentionInDays: 30 },
    });
    expect(container().LogConfiguration.Options['awslogs-group']).toEqual({ Ref: group.id });
  });

  test('logs in to the database as its own role, by token', () => {
    const variables = Object.fromEntries(
      container().Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
    );

    expect(variables.MODELAPP_DATABASE_AUTH).toBe('iam');
    expect(variables.MODELAPP_DATABASE_URL['Fn::Join'][1][0]).toBe('postgres://modelapp_1_2_0@');
    version.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'rds-db:connect',
            Resource: { 'Fn::Join': ['', Match.arrayWith(['/modelapp_1_2_0'])] },
          }),
        ]),
      },
    });
  });

  test('reads and writes the revisions of its own version only', () => {
    version.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/models/1.2.0/*']] },
          }),
        ]),
      },
    });
  });

  test('takes configured secrets through ECS', () => {
    const TOKEN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:token-AbCdEf';

    const template = synthesize({ config: { aws: { secrets: { TOKEN } } } }).template(name);

    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: Match.arrayWith([{ Name: 'TOKEN', ValueFrom: TOKEN }]) })],
    });
  });

  test('gets generated API keys where credentials are asked for and none is configured', () => {
    const keys = container().Secrets.find(({ Name }: { Name: string }) => Name === 'MODELAPP_API_KEYS');

    expect(version.findResources('AWS::SecretsManager::Secret')[keys.ValueFrom.Ref]?.Properties).toMatchObject({
      GenerateSecretString: { GenerateStringKey: 'admin', PasswordLength: 40 },
    });
    expect(version.findOutputs('ApiKeysSecret').ApiKeysSecret?.Value).toEqual({ Ref: keys.ValueFrom.Ref });
  });

  test.each([
    ['keys are configured', { apiKeys: [{ name: 'ci', sha256: 'a'.repeat(64), scopes: ['predict' as const] }] }],
    ['everything is public', { predict: 'public' as const, admin: 'public' as const }],
  ])('gets none where %s', (_, auth) => {
    const template = synthesize({ config: { auth } }).template(name);

    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(template.findOutputs('ApiKeysSecret')).toEqual({});
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: Match.absent() })],
    });
  });
});
