import { Validations } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { AuthConfig } from '../../config/schema';

const keyLength = 40;

/** Whether the service asks for credentials and the configuration names none. */
export const needsGeneratedKeys = ({ predict = 'required', admin = 'required', ...auth }: AuthConfig): boolean =>
  !(predict === 'public' && admin === 'public') &&
  auth.apiKeys.length === 0 &&
  auth.basic.length === 0 &&
  auth.oidc === undefined;

/** Random API keys for both scopes, `{"predict": "…", "admin": "…"}`; they live as long as their stack. */
export class ApiKeys extends Construct {
  readonly secret: ISecret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // A secret holds one generated value, so the first key is one of its own, which the second secret resolves.
    const predict = new Secret(this, 'PredictKey', {
      description: 'API key for predictions; read ApiKeys instead',
      generateSecretString: { passwordLength: keyLength, excludePunctuation: true },
    });
    this.secret = new Secret(this, 'ApiKeys', {
      description: 'API keys of the service: predict and admin',
      generateSecretString: {
        secretStringTemplate: `{"predict":"${predict.secretValue.unsafeUnwrap()}"}`,
        generateStringKey: 'admin',
        passwordLength: keyLength,
        excludePunctuation: true,
      },
    });
    for (const secret of [predict, this.secret]) {
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'Clients hold these keys, so a change by the clock would cut them off. They end with their version; an earlier change is made by hand, as docs/aws.md says.',
      });
    }
  }
}
