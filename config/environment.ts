/**
 * The names that the stacks write and the service reads. Infrastructure and runtime both import this file, so that a
 * name cannot be right on one side only.
 */
export const Environment = {
  /** Connection string of the database, without a password in AWS. */
  databaseUrl: 'MODELAPP_DATABASE_URL',
  /** `iam` makes the service log in with an RDS IAM token instead of a password. */
  databaseAuth: 'MODELAPP_DATABASE_AUTH',
  /** Folder of the spool, the revisions and the keys. */
  dataDirectory: 'MODELAPP_DATA',
  /** `s3://bucket/prefix` of the revision files; a folder below the data directory if unset. */
  modelLocation: 'MODELAPP_MODEL_LOCATION',
  /** API keys as a JSON object `{"predict": "...", "admin": "..."}`; in AWS from a secret. */
  apiKeys: 'MODELAPP_API_KEYS',
  /** Address the service listens on. */
  host: 'MODELAPP_HOST',
  port: 'MODELAPP_PORT',
  /** What the instance serves, a `ServiceRole`; `inference` if unset. */
  role: 'MODELAPP_ROLE',
  /** Number of service processes; one per core if unset. */
  processes: 'MODELAPP_PROCESSES',
  /** Least level of what is logged: `debug`, `info`, `warn`, `error`. */
  logLevel: 'MODELAPP_LOG_LEVEL',
} as const;

/** What an instance of the service may serve. On one machine one process does both, in AWS each has a stack of its own. */
export const serviceRoles = ['inference', 'events'] as const;
export type ServiceRole = (typeof serviceRoles)[number];

/** Ports the service listens on unless told otherwise. */
export const Port = { inference: 8080, events: 7070 } as const satisfies Record<ServiceRole, number>;

/**
 * What health checks ask, of the container and of load balancers. An instance that answers there is not mended by being
 * replaced, whatever else is wrong: a database that is away, a spool that is full.
 */
export const HealthPath = { inference: '/alive', events: '/healthz' } as const satisfies Record<ServiceRole, string>;

/**
 * In an answer the version that gave it; in a request the version that has to answer, which whatever splits the traffic
 * obeys.
 */
export const versionHeader = 'x-modelapp-version';

/** Where the container keeps what must outlive it: spool, revisions, keys. The only writable path of the image. */
export const containerDataDirectory = '/var/lib/modelapp';

/** User and group id the container runs as. */
export const containerUserId = 10001;

/** The folder of the artifacts bucket that holds the files of all revisions, below a folder for each version. */
export const revisionsFolder = 'models';

/** What the containers of a training job are told, beside what other engines expect (`DMLC_*`, `TF_CONFIG`). */
export const TrainingEnvironment = {
  jobId: 'MODELAPP_JOB_ID',
  /** Address of the configuration, `s3://…` or a path. */
  conf: 'MODELAPP_CONF',
  /** Where the job puts its model, its evaluation and its manifest. */
  output: 'MODELAPP_OUTPUT',
  /** Addresses of the parameter servers, `host:port,host:port,…`, the primaries first. */
  servers: 'MODELAPP_STORE_SERVERS',
  /** Replicas of each primary. */
  replicas: 'MODELAPP_STORE_REPLICAS',
  /** Worker processes on the machine of each worker; 1 if unset. */
  processes: 'MODELAPP_WORKER_PROCESSES',
  /** Password of the parameter servers; in AWS from a secret. */
  storePassword: 'MODELAPP_STORE_PASSWORD',
} as const;

/** The roles of a training job that our image plays, by `modelapp job ROLE`; servers are Valkey's own image. */
export const trainingRoles = ['scheduler', 'worker'] as const;
export type TrainingRole = (typeof trainingRoles)[number];
