import type { TaskKind } from '../../../config/training/training-task';
import { statements, trainingWith } from './training-template';

describe('the data', () => {
  const artifacts = { 'Fn::GetStackOutput': { StackName: 'ModelApp-Base', OutputName: 'ArtifactsArn' } };
  const below = (folder: string) => ({ 'Fn::Join': ['', [artifacts, `/${folder}/*`]] });
  const bucket = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${rest}`]] });

  test.each<TaskKind>(['scheduler', 'worker'])(
    'a %s reads data and models, and writes to the folder of jobs',
    (role) => {
      expect(statements(role)).toEqual([
        {
          Effect: 'Allow',
          Action: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
          Resource: below('jobs'),
        },
        { Effect: 'Allow', Action: 's3:GetObject', Resource: [below('data'), below('models')] },
        { Effect: 'Allow', Action: 's3:ListBucket', Resource: artifacts },
      ]);
    },
  );

  test.each<TaskKind>(['scheduler', 'worker'])('a %s reads further buckets, and what schedules name', (role) => {
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
