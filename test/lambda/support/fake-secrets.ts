import { type Answerer, json } from './loopback';

/** Secrets Manager that holds one secret. */
export const fakeSecret =
  (arn: string, value: unknown): Answerer =>
  ({ headers, body }) => {
    if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return undefined;
    if (JSON.parse(body.toString()).SecretId !== arn) return undefined;
    return json({ ARN: arn, SecretString: JSON.stringify(value) });
  };
