import type { Pool } from 'pg';
import type { EventsConfig } from '../../config/schema';
import type { Lifecycle } from '../lifecycle';
import type { RememberedKeys } from './http/remembered-keys';
import type { EntityReader } from './read/entities';
import type { EventLister } from './read/list-events';
import type { EventStore } from './store/event-store';

/** What the routes of the event server need: all its state, made once per process. */
export interface EventContext {
  readonly config: EventsConfig;
  /** Shown by the documentation. */
  readonly version: string;
  /** For short questions. */
  readonly database: Pool;
  readonly keys: RememberedKeys;
  readonly store: EventStore;
  readonly lister: EventLister;
  readonly entities: EntityReader;
  readonly lifecycle: Lifecycle;
  /** Whether the database answers and has the tables. */
  readonly isPrepared: () => Promise<boolean>;
  /** The metrics of all processes of the instance, as Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Hears of each request by its route, which holds no ids. */
  readonly onAnswer: (method: string, route: string, status: number) => void;
}
