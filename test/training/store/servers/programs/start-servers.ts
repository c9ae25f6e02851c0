import { startLocalServers } from '../../../../../training/store/servers/local-servers';

/** Starts a server, prints how to reach it, and waits to be killed. */
async function main(): Promise<void> {
  const { address } = await startLocalServers(1, 0);
  console.log(JSON.stringify(address));
}

void main();
