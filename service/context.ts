import type { Pool } from 'pg';
import type { Config } from '../config/schema';
import type { Version } from '../config/version';
import type { JobQueue } from './jobs/job-queue';
import type { Lifecycle } from './lifecycle';
import type { Metrics } from './metrics/metrics';
import type { Registry } from './models/registry';
import type { ServedModels } from './models/served-models';
import type { DataLocation } from './models/store/data-location';
import type { ObservationStore } from './observations/observation-store';
import type { Predictor } from './predictions/predictor';
import type { InstanceChannel } from './processes/instance-channel';
import type { ShopFollower } from './protocols/pio/shop/shop-follower';

/** What a protocol plugin needs: all state of the service, made once per process. */
export interface ServiceContext {
  readonly config: Config;
  readonly version: Version;
  /** The version of the package's code, which older clients see in `/version/`. */
  readonly codeVersion: string;
  readonly database: Pool;
  readonly models: ServedModels;
  readonly registry: Registry;
  /** Where files are that a client may name. */
  readonly dataLocation: DataLocation;
  readonly jobs: JobQueue;
  readonly observations: ObservationStore;
  readonly predictor: Predictor;
  /** What events say about items and users. */
  readonly shop: ShopFollower;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  /** What the processes of this instance share: repeated requests, shipping, metrics. */
  readonly instance: InstanceChannel;
}
