import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type EventServer, startEventServer } from '../../service/events/event-server';
import { Lifecycle } from '../../service/lifecycle';
import { Metrics } from '../../service/metrics/metrics';
import type { DatabaseSettings } from '../../service/processes/messages';
import type { Interruption } from '../interruption';
import type { Settings } from '../settings';

/** Where an event server runs, and how it ends. */
export interface EventServerRun {
  readonly host: string;
  readonly port: number;
  readonly database: DatabaseSettings;
  readonly logger: Logger;
  /** How long it serves on after it has become unready, so that a load balancer notices; in milliseconds. */
  readonly drainMs: number;
  /** Hears where it listens. */
  readonly onListening: (address: { readonly host: string; readonly port: number }) => void;
}

/** Runs the event server alone in this process until a signal arrives, and then finishes the requests that are open. */
export async function runEventServer(
  { config, version }: Settings,
  { drainMs, onListening, ...place }: EventServerRun,
  interruption: Interruption,
): Promise<void> {
  const lifecycle = new Lifecycle();
  const metrics = new Metrics(version);
  const server = await startEventServer({
    config: config.events,
    http: config.http,
    version,
    ...place,
    lifecycle,
    metrics,
    collectMetrics: () => metrics.registry.metrics(),
  });
  lifecycle.started();
  onListening({ host: server.host, port: server.port });
  await interruption.wait();
  lifecycle.drain();
  await sleep(drainMs);
  await closeInTime(server, config.http.closeMs);
}

async function closeInTime({ server, closeDatabase }: EventServer, closeMs: number): Promise<void> {
  const limit = new AbortController();
  const cut = sleep(closeMs, undefined, { signal: limit.signal }).then(
    () => server.server.closeAllConnections(),
    () => {},
  );
  await server.close();
  limit.abort();
  await cut;
  await closeDatabase();
}
