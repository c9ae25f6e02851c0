import type { Config } from '../../config/schema';
import { CommandError, ExitCode } from '../failure';

const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * The region of `--region`, else of the configuration, the environment, or the profile. Asks no server.
 * @returns undefined if none names one
 * @throws {CommandError} if what names it does not name a region
 */
export async function findRegion(
  option: string | undefined,
  { aws }: Config,
  environment = process.env,
): Promise<string | undefined> {
  const region =
    option ?? aws.region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || (await regionOfProfile()));
  if (region && !regionPattern.test(region)) {
    throw new CommandError(`'${region}' is not an AWS region: write for example eu-central-1`, ExitCode.usage);
  }
  return region || undefined;
}

/** Loads the SDK only where it comes to that: what does not ask AWS anything starts without it. */
async function regionOfProfile(): Promise<string | undefined> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  return new STSClient({}).config.region().catch(() => undefined);
}
