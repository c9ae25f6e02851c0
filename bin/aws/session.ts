import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { loadConfig } from '../../config/file/load';
import { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import { CommandError, ExitCode } from '../failure';
import { readVersion } from '../settings';
import { asCommandError, noCredentials, rememberAction, type TracedClient } from './errors';
import type { AwsOptions } from './options';
import { findRegion } from './region';

/** The configuration, and the AWS account and region that a command works on. */
export interface AwsSession {
  readonly config: Config;
  /** The folder of the configuration, which holds `VERSION` and `cdk.json`. */
  readonly directory: string;
  readonly names: Names;
  /** The version that this tree releases. */
  readonly version: Version;
  readonly region: string;
  /** Account of the caller: twelve digits. */
  readonly account: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** The client of a service: made at the first call, one per class. */
  client<Client extends TracedClient>(Client: ClientClass<Client>): Client;
}

interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number };
}

export type ClientClass<Client> = new (settings: ClientSettings) => Client;

/**
 * Does some work in AWS and closes the connections.
 * @throws {ConfigError | CommandError} never an error of the SDK
 */
export async function withSession<T>(options: AwsOptions, work: (session: AwsSession) => Promise<T>): Promise<T> {
  const { config, directory } = await loadConfig(options.config);
  const version = readVersion(join(directory, 'VERSION'));
  const region = await requireRegion(options, config);
  const clients = new Clients(region);
  try {
    const caller = await identifyCaller(clients, config);
    const names = new Names(config.aws.prefix);
    const client: AwsSession['client'] = (Client) => clients.get(Client);
    return await work({ config, directory, names, version, region, ...caller, client });
  } catch (error) {
    throw asCommandError(error);
  } finally {
    clients.close();
  }
}

class Clients {
  readonly #clients = new Map<ClientClass<TracedClient>, TracedClient>();
  readonly #settings: ClientSettings;

  constructor(region: string) {
    this.#settings = { region, maxAttempts: 5, requestHandler: { connectionTimeout: 5_000 } };
  }

  get<Client extends TracedClient>(Client: ClientClass<Client>): Client {
    const known = this.#clients.get(Client);
    if (known) return known as Client;
    const client = rememberAction(new Client(this.#settings));
    this.#clients.set(Client, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}

async function requireRegion(options: AwsOptions, config: Config): Promise<string> {
  const region = await findRegion(options.region, config);
  if (region) return region;
  throw new CommandError(
    'No AWS region: pass --region, set aws.region in modelapp.config.ts or AWS_REGION, or give the profile a region',
    ExitCode.noAccess,
  );
}

async function identifyCaller(clients: Clients, { aws }: Config): Promise<Pick<AwsSession, 'account' | 'partition'>> {
  const { Account: account, Arn: arn } = await clients
    .get(STSClient)
    .send(new GetCallerIdentityCommand({}))
    .catch((error) => {
      throw noCredentials(error);
    });
  if (!account || !arn)
    throw new CommandError('No usable AWS credentials: AWS does not say whose they are', ExitCode.noAccess);
  if (aws.account && aws.account !== account) {
    throw new CommandError(
      `The AWS credentials are of account ${account}, but aws.account is ${aws.account}: use credentials of that account`,
      ExitCode.noAccess,
    );
  }
  return { account, partition: arn.split(':')[1]! };
}
