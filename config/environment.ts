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
  /** Number of service processes; one per core if unset. */
  processes: 'MODELAPP_PROCESSES',
  /** Least level of what is logged: `debug`, `info`, `warn`, `error`. */
  logLevel: 'MODELAPP_LOG_LEVEL',
} as const;

/** Ports the service listens on unless told otherwise. */
export const Port = { service: 8080, events: 7070 } as const;

/**
 * In an answer the version that gave it; in a request the version that has to answer, which whatever splits the traffic
 * obeys.
 */
export const versionHeader = 'x-modelapp-version';

/** Where the container keeps what must outlive it: spool, revisions, keys. The only writable path of the image. */
export const containerDataDirectory = '/var/lib/modelapp';

/** User and group id the container runs as. */
export const containerUserId = 10001;
