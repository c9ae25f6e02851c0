import { Match, type Template } from 'aws-cdk-lib/assertions';
import { only, training, trainingWith } from './training-template';

test('a job has the limits of the configuration', () => {
  const settings = (template: Template): string => {
    const variables = Object.values(template.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment?.Variables ?? {},
    );
    return JSON.stringify(variables.find(({ JOB_SETTINGS }) => JOB_SETTINGS));
  };

  expect(settings(training())).toContain('\\"capacityWaitMinutes\\":10,\\"maxJobHours\\":6');
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
