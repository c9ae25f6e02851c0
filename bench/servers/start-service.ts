import { resolve } from 'node:path';
import { freePort } from '../../service/database/cluster';
import { type ServerProcess, startServer } from '../system/server-process';

export interface ServiceOptions {
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly processes: number;
  /** @default all cores */
  readonly core?: number;
}

/** Starts the built product with the configuration that is shipped, trained on the example. */
export async function startService({
  databaseUrl,
  dataDirectory,
  processes,
  core,
}: ServiceOptions): Promise<ServerProcess> {
  const port = await freePort();
  const place = ['--data', dataDirectory, '--database', databaseUrl, '--port', String(port)];
  const program = [
    process.execPath,
    resolve('dist/cli.js'),
    'start',
    ...place,
    '--processes',
    String(processes),
  ] as const;
  return startServer({ command: [...program], port, readyText: 'Ready after', ...(core !== undefined && { core }) });
}
