import type { Answerer } from './loopback';

/** Secrets Manager that holds one secret. */
export const fakeSecret =
  (arn: string, value: unknown): Answerer =>
  ({ headers, body }) => {
    if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return undefined;
    if (JSON.parse(body.toString()).SecretId !== arn) return undefined;
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ ARN: arn, SecretString: JSON.stringify(value) }),
    };
  };
