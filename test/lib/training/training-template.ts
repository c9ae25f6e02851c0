import type { Template } from 'aws-cdk-lib/assertions';
import type { TaskKind } from '../../../config/training/training-task';
import { type CfnTemplateResource, onlyResource, type SynthesisOptions, synthesize } from '../support/synthesis';

export const trainingStack = 'ModelApp-Training';

export const trainingWith = (config: SynthesisOptions['config'] = {}): Template =>
  synthesize({ training: true, config }).template(trainingStack);

let unconfigured: Template | undefined;

/** The stack as it is without any configuration. */
export function training(): Template {
  unconfigured ??= trainingWith();
  return unconfigured;
}

export const only = (type: string, template = training()): ReturnType<typeof onlyResource> =>
  onlyResource(template, type);

export function task(kind: TaskKind, template = training()): CfnTemplateResource['Properties'] {
  const all: CfnTemplateResource[] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  return all.find(({ Properties }) => Properties.Family === `modelapp-training-${kind}`)?.Properties;
}

export const container = (kind: TaskKind, template = training()): CfnTemplateResource['Properties'] =>
  task(kind, template).ContainerDefinitions[0];

/** What the role of a task allows. */
export const statements = (kind: TaskKind, template = training()): CfnTemplateResource['Properties'][] =>
  Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles[0].Ref === task(kind, template).TaskRoleArn['Fn::GetAtt'][0])
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
