import type { ServiceName } from '../../config/names';
import { withSession } from '../aws/session';
import type { DeployOptions } from '../commands/aws/deploy';
import { print, printJson, progress } from '../output';
import { deploy } from './deploy';
import { deployEvents } from './deploy-events';

/** Deploys a version, that of the tree by default, or the event server, and prints the endpoint. */
export const deployAndReport = (service: ServiceName | undefined, options: DeployOptions): Promise<void> =>
  withSession(options, async (session) => {
    const { region, account } = session;
    if (service === 'events') {
      const deployed = await deployEvents(session, options);
      return options.json ? printJson({ ...deployed, region, account }) : print(deployed.endpoint);
    }
    const { sharedEndpoint, ...deployed } = await deploy(session, service ?? session.version, options);
    if (options.json) return printJson({ ...deployed, region, account, sharedEndpoint: sharedEndpoint ?? null });
    if (sharedEndpoint)
      progress(`Also behind ${sharedEndpoint}, with the header x-modelapp-version: ${deployed.version}`);
    print(deployed.endpoint);
  });
