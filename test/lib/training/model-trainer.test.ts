import { container, statements, training, trainingWith } from './training-template';

describe('what trains a model', () => {
  const written = (value: unknown) => JSON.stringify(value);

  test('logs in as the role of the version of the tree, by IAM token, and as no other', () => {
    const variables = written(container('trainer').Environment);
    const logins = statements('trainer').filter(({ Action }) => Action === 'rds-db:connect');

    expect(variables).toContain('postgres://modelapp_1_2_0@');
    expect(variables).toContain('{"Name":"MODELAPP_DATABASE_AUTH","Value":"iam"}');
    expect(logins).toHaveLength(1);
    expect(written(logins[0]!.Resource)).toMatch(/\/modelapp_1_2_0"/);
  });

  test('may write the revisions of that version, and what its jobs say', () => {
    const writable = statements('trainer')
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .map(({ Resource }) => Resource['Fn::Join'][1].at(-1));

    expect(writable.sort()).toEqual(['/jobs/*', '/models/1.2.0/*']);
  });

  test('reaches the database, and is open to nobody', () => {
    const [[id]] = Object.entries(
      training().findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'What trains a model: open to nobody' },
      }),
    ) as [[string, unknown]];
    const settings = written(
      Object.values(training().findResources('AWS::Lambda::Function')).map(({ Properties }) => Properties.Environment),
    );

    expect(written(training().findResources('AWS::EC2::SecurityGroupIngress'))).not.toContain(id);
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
