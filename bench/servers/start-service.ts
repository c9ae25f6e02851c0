import { resolve } from 'node:path';
import { freePort } from '../../service/database/cluster';
import { type ServerProcess, startServer } from '../system/server-process';

export interface ServiceOptions {
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly processes: number;
  /** @default all cores */
  readonly core?: number;
  /** @default the shipped one, trained on the example */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The service, and where its event server listens. */
export interface ServiceProcess extends ServerProcess {
  readonly eventsPort: number;
}

/** Starts the built product. */
export async function startService({
  databaseUrl,
  dataDirectory,
  processes,
  core,
  config,
  env,
}: ServiceOptions): Promise<ServiceProcess> {
  const [port, eventsPort] = [await freePort(), await freePort()];
  const place = [
    '--data',
    dataDirectory,
    '--database',
    databaseUrl,
    '--port',
    String(port),
    '--events-port',
    String(eventsPort),
  ];
  const program = [
    process.execPath,
    resolve('dist/cli.js'),
    'start',
    ...place,
    '--processes',
    String(processes),
    ...(config === undefined ? [] : ['--config', config]),
  ] as const;
  const options = { ...(core !== undefined && { core }), ...(env && { env }) };
  return { ...(await startServer({ command: [...program], port, readyText: 'Ready after', ...options })), eventsPort };
}
