import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { Servers } from '../../../../training/store/servers/servers';

/**
 * Gives the tests of a file one parameter server without a replica.
 * @returns what there is while a test runs
 */
export function givenServers(): { readonly servers: Servers } {
  let local: LocalServers;
  let servers: Servers;
  beforeAll(async () => {
    local = await startLocalServers(1, 0);
    servers = await Servers.connect(local.address);
  });
  afterAll(async () => {
    servers?.close();
    await local?.stop();
  });
  return {
    get servers() {
      return servers;
    },
  };
}
