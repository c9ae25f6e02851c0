import { Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** The random password of the parameter servers. */
export class StorePassword extends Secret {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Password of the parameter servers of training',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Servers live as long as a job, and only its own tasks reach them; a change by the clock would cut a running job off.',
    });
  }
}
