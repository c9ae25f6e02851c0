import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { JobStates } from '../../../lambda/job-step/job-states';
import type { Definition } from '../support/state-machine/definition';

/** The definition of the state machine, as the deployment has it. */
export function synthesizedDefinition(): Definition {
  const stack = new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'eu-central-1' } });
  const jobStep = LambdaFunction.fromFunctionName(stack, 'JobStep', 'modelapp-job-step');
  const { start } = new JobStates(stack, 'States', jobStep);
  new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(start) });
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  return JSON.parse(textOf(machine!.Properties.DefinitionString)) as Definition;
}

/** A text that CloudFormation puts together; references stand in it by their names. */
function textOf(value: string | { readonly 'Fn::Join': readonly [string, readonly (string | object)[]] }): string {
  if (typeof value === 'string') return value;
  const [separator, parts] = value['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : Object.values(part).flat().join('.'))).join(separator);
}
