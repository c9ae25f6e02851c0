import { type CfnTemplateResource, synthesize } from '../support/synthesis';
import { only, training, trainingStack, trainingWith } from './training-template';

test('the stack is there only where it is asked for, and waits for nothing but the base', () => {
  const { stacks } = synthesize({ training: true, events: true, traffic: true });

  expect(Object.keys(synthesize().stacks)).not.toContain(trainingStack);
  expect(stacks[trainingStack]!.dependencies.map(({ stackName }) => stackName)).toEqual(['ModelApp-Base']);
});

test('nothing in the stack outlives it', () => {
  const resources: CfnTemplateResource[] = Object.values(training().toJSON().Resources);

  expect(synthesize({ training: true }).stacks[trainingStack]!.terminationProtection).toBeFalsy();
  expect(new Set(resources.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set([undefined, 'Delete']));
});

test('its outputs name the state machine, the cluster, the fleet and the longest time of a job', () => {
  const outputs = training().findOutputs('*');

  expect(outputs.StateMachineArn?.Value).toEqual({ Ref: only('AWS::StepFunctions::StateMachine').id });
  expect(outputs.ClusterName?.Value).toEqual({ Ref: only('AWS::ECS::Cluster').id });
  expect(outputs.MaxJobHours?.Value).toBe('6');
  expect(outputs.FleetId?.Value).toEqual({ 'Fn::GetAtt': [only('AWS::EC2::EC2Fleet').id, 'FleetId'] });
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
