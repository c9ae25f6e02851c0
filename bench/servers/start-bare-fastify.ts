import { join } from 'node:path';
import { freePort } from '../../service/database/cluster';
import { type ServerProcess, startServer } from '../system/server-process';

/** Starts `bare-fastify.ts` on one core. */
export async function startBareFastify(core: number): Promise<ServerProcess> {
  const port = await freePort();
  const program = join(__dirname, 'bare-fastify.cjs');
  return startServer({ command: [process.execPath, program, String(port)], port, core });
}
