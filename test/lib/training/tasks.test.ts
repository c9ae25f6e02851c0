import { type TaskKind, taskKinds } from '../../../config/training/training-task';
import type { CfnTemplateResource } from '../support/synthesis';
import { container, only, task, training, trainingWith } from './training-template';

test('the image is the build of the tree for Intel and AMD, under a tag of its own that goes with the next code', () => {
  const { Kind, SourceHash, Tag } = only('Custom::ModelAppRelease').Properties;

  expect([Kind, Tag]).toEqual(['rolling', `training-${SourceHash.slice(0, 16)}`]);
  for (const role of ['scheduler', 'worker', 'trainer'] as const) {
    expect(container(role).Image['Fn::Join'][1].at(-1)).toBe(`/modelapp:${Tag}`);
  }
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
      training().findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: `/modelapp/training/${role}` } }),
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
  test.each<TaskKind>(['scheduler', 'worker'])(
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
    const roles = Object.values(training().findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.Roles,
    );

    expect(roles).not.toContainEqual({ Ref: task('server').TaskRoleArn['Fn::GetAtt'][0] });
  });
});

test('the tasks of a job reach each other and nobody else does: 6379 of servers, and the ports of other engines', () => {
  const groups = Object.entries(training().findResources('AWS::EC2::SecurityGroup'));
  const roleOf = (reference: { 'Fn::GetAtt': [string] }) => {
    const [, group] = groups.find(([id]) => id === reference['Fn::GetAtt'][0])!;
    return String(group.Properties.GroupDescription).split(' ')[1];
  };

  const rules = Object.values(training().findResources('AWS::EC2::SecurityGroupIngress')).map(
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
