import { Match, Template } from 'aws-cdk-lib/assertions';
import { BudgetGuard } from '../../../lambda/budget-guard/budget-guard';
import { EmptyFleet } from '../../../lambda/empty-fleet/empty-fleet';
import { JobMachine } from '../../../lambda/job-step/job-machine';
import type { TrainingCluster } from '../../../lambda/training/training-cluster';
import { trainingStack } from './training-stack';

/** @throws {Error} with the report, if cdk-nag has a finding that is not acknowledged */
function deploy(options: Partial<TrainingCluster> = {}): Template {
  const { stack, environment, training } = trainingStack(options);
  const jobs = new JobMachine(stack, 'Jobs', { ...environment, training });
  new BudgetGuard(stack, 'BudgetGuard', { ...environment, training });
  new EmptyFleet(stack, 'EmptyFleet', { ...environment, training, jobs });
  return Template.fromStack(stack);
}

let template: Template;
beforeAll(() => {
  template = deploy();
});

test('cdk-nag finds nothing', () => {
  expect(() => deploy()).not.toThrow();
});

test('the state machine is a standard one without a time limit, which would skip the cleanup', () => {
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'modelapp-training',
    StateMachineType: 'STANDARD',
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: { Level: 'ALL' },
    DefinitionString: Match.not(Match.serializedJson(Match.objectLike({ TimeoutSeconds: Match.anyValue() }))),
  });
});

test('the function is told all that it works on', () => {
  const [settings] = Object.values(template.findResources('AWS::Lambda::Function'))
    .map(({ Properties }) => Properties.Environment?.Variables?.JOB_SETTINGS)
    .filter(Boolean);

  expect(JSON.stringify(settings)).toContain('training-scheduler');
  expect(JSON.stringify(settings)).toContain('modelapp.internal');
});

test('the guard hears of each job that ends badly, and looks every ten minutes', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
    },
  });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(10 minutes)' });
});

test('the fleet is emptied before fleet, state machine and names go', () => {
  const [resource] = Object.values(template.findResources('Custom::ModelAppEmptyFleet'));

  expect(resource!.Properties).toMatchObject({ Fleet: { 'Fn::GetAtt': ['Fleet', 'FleetId'] } });
  const before = (resource!.DependsOn as string[]).join(' ');
  for (const name of ['EmptyFleetFunction', 'JobsMachine', 'JobsZone']) {
    expect(before).toContain(name);
  }
});

test.each([
  [{ maxJobHours: 21 }, 'a training job may take at most 20 hours, not 21'],
  [{ capacityWaitMinutes: 16 }, 'a training job may wait for machines at most 15 minutes, not 16'],
])('%j is refused, as the history of an execution has no room for it', (options, message) => {
  expect(() => deploy(options)).toThrow(message);
});
