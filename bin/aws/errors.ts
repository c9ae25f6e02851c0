import { CommandError, ExitCode } from '../failure';

/** As much of an SDK client as it takes to note which call failed. */
export interface TracedClient {
  readonly config: object;
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<unknown>,
        context: { commandName?: string },
      ) => (args: never) => Promise<unknown>,
      options: { readonly step: 'initialize'; readonly name: string },
    ): void;
  };
  destroy(): void;
}

/** What the SDK and Node tell about a failure. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
  readonly errors?: readonly Failure[];
  readonly $metadata?: object;
  readonly $fault?: 'client' | 'server';
}

/** The action that each failed call asked for, such as `ecs:DescribeServices`. */
const actions = new WeakMap<object, string>();

/** Lets the errors of a client tell which action was asked for. */
export function rememberAction<Client extends TracedClient>(client: Client): Client {
  client.middlewareStack.add(
    (next, { commandName = 'Command' }) =>
      (args) =>
        next(args).catch((error) => {
          if (error instanceof Error) actions.set(error, `${iamPrefix(client)}:${commandName.replace(/Command$/, '')}`);
          throw error;
        }),
    { step: 'initialize', name: 'rememberAction' },
  );
  return client;
}

/** Services whose actions have another prefix in policies than in signatures. */
const iamPrefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', tagging: 'tag' };

function iamPrefix({ config }: TracedClient): string {
  const { defaultSigningName = 'aws' } = config as { defaultSigningName?: string };
  return iamPrefixes[defaultSigningName] ?? defaultSigningName;
}

const denied = /^(AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized)/;
const unusableCredentials =
  /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|IncompleteSignature|CredentialsProviderError|TokenProviderError|RequestExpired|AuthFailure|InvalidSignature)/;
const throttled = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/;
const unreachable =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|TimeoutError)$/;

/** Says of a failed call in words of its own what a person can act on; other errors pass as they are. */
export function asCommandError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CommandError) return error;
  const failure = error as Failure;
  const { name = '' } = failure;
  if (denied.test(name)) {
    return new CommandError(`AWS denies ${actionOf(error)}: ${reasonOf(error)}`, ExitCode.noAccess);
  }
  if (unusableCredentials.test(name)) {
    return noCredentials(error);
  }
  if (throttled.test(name)) {
    return new CommandError(`AWS is throttling ${actionOf(error)}: try again in a minute`);
  }
  if (isUnreachable(failure)) return new CommandError(reasonOf(error));
  // Errors of our own carry no such mark, and say by themselves what is wrong.
  if (failure.$metadata) return new CommandError(`${actionOf(error)} failed: ${reasonOf(error)}`);
  return error;
}

/** Says why AWS does not know the caller, and what to do. */
export function noCredentials(error: unknown): CommandError {
  const next = isUnreachable(error as Failure)
    ? ''
    : '; sign in (aws sso login, aws configure), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  return new CommandError(`No usable AWS credentials: ${reasonOf(error)}${next}`, ExitCode.noAccess);
}

/** Whether the same call may go well a little later. */
export const isTransient = (error: unknown): boolean => {
  const failure = error as Failure;
  return throttled.test(failure.name ?? '') || failure.$fault === 'server' || isUnreachable(failure);
};

/** Whether a call failed because AWS, or the named endpoint, could not be reached. */
const isUnreachable = ({ code = '', name = '' }: Failure): boolean => unreachable.test(code) || unreachable.test(name);

/** The reason in one line. */
export function reasonOf(error: unknown): string {
  const failure = error as Failure;
  if (isUnreachable(failure)) {
    // Node tries the addresses of a name one by one and hands all failures over.
    const { hostname, address, port, code, name } = failure.errors?.[0] ?? failure;
    const place = hostname ?? (address && `${address}:${port}`) ?? process.env.AWS_ENDPOINT_URL ?? 'AWS';
    return `cannot reach ${place} (${code ?? name})`;
  }
  const message = (failure.message ?? String(error)).replaceAll(/\s+/g, ' ').trim();
  return message && message !== 'UnknownError' ? message : (failure.name ?? 'unknown error');
}

/** AWS names the action it misses, which need not be the one that was called. */
const actionOf = (error: Error): string =>
  /not authorized to perform:? ([a-z0-9-]+:\w+)/i.exec(error.message)?.[1] ?? actions.get(error) ?? 'the request';
