import type { Version } from '../../config/version';
import { withSession } from '../aws/session';
import type { DeployOptions } from '../commands/aws/deploy';
import { print, printJson, progress } from '../output';
import { deploy } from './deploy';

/** Deploys a version, that of the tree by default, and prints its endpoint. */
export const deployAndReport = (version: Version | undefined, options: DeployOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { sharedEndpoint, ...deployed } = await deploy(session, version ?? session.version, options);
    const { region, account } = session;
    if (options.json) return printJson({ ...deployed, region, account, sharedEndpoint: sharedEndpoint ?? null });
    if (sharedEndpoint)
      progress(`Also behind ${sharedEndpoint}, with the header x-modelapp-version: ${deployed.version}`);
    print(deployed.endpoint);
  });
