import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Config } from '../../config/schema';

/** The secrets that the configuration gives the code of models, by the names of their variables. */
export const configuredSecrets = (scope: Construct, arns: Config['aws']['secrets']): Record<string, ContainerSecret> =>
  Object.fromEntries(
    Object.entries(arns).map(([name, arn]) => [
      name,
      ContainerSecret.fromSecretsManager(Secret.fromSecretCompleteArn(scope, name, arn)),
    ]),
  );
