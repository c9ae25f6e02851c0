import type { DeployTarget } from '../../config/names';
import { withSession } from '../aws/session';
import type { DeployOptions } from '../commands/aws/deploy';
import { print, printJson, progress } from '../output';
import { deploy } from './deploy';
import { deployRolling, isRolling } from './deploy-rolling';

/** Deploys a version, that of the tree by default, or what belongs to none, and prints the endpoint. */
export const deployAndReport = (service: DeployTarget | undefined, options: DeployOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { region, account } = session;
    if (isRolling(service)) {
      const deployed = await deployRolling(session, service, options);
      return options.json ? printJson({ ...deployed, region, account }) : print(deployed.endpoint);
    }
    const { sharedEndpoint, ...deployed } = await deploy(session, service ?? session.version, options);
    if (options.json) return printJson({ ...deployed, region, account, sharedEndpoint: sharedEndpoint ?? null });
    if (sharedEndpoint)
      progress(`Also behind ${sharedEndpoint}, with the header x-modelapp-version: ${deployed.version}`);
    print(deployed.endpoint);
  });
