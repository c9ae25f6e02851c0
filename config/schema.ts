import Type, { type Static, type TProperties, type TSchema } from 'typebox';
import type { DeepPartial } from './deep-partial';
import { ModelSchema } from './models/model';
import type { ModelInput } from './models/model-input';
import { PioSchema } from './pio';
import { type Schedule, ScheduleSchema, TrainingSchema } from './training/training';

/** An object whose every key is known: a misspelt option is an error, not a silent default. */
const Options = <T extends TProperties>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, default: {}, description });

const list = <T extends TSchema>(item: T, description: string) => Type.Array(item, { default: [], description });

/** The names a model may have. */
export const modelNamePattern = '^[A-Za-z][A-Za-z0-9_-]{0,30}$';

const Milliseconds = (byDefault: number, description: string) =>
  Type.Integer({ minimum: 0, default: byDefault, description: `${description} In milliseconds.` });

const Parameter = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Name of the query parameter.' }),
    type: Type.Enum(['float', 'int', 'str', 'bool'], { description: 'How requests are converted.' }),
  },
  { additionalProperties: false },
);

const PredictService = Type.Object(
  {
    entryPoint: Type.String({ pattern: '^/', default: '/predict', description: 'The path of the service.' }),
    model: Type.Optional(
      Type.String({ pattern: modelNamePattern, description: 'The model; the first one that fits if absent.' }),
    ),
    mapping: Type.Optional(
      Type.Array(Parameter, {
        description: "Query parameters in order; the model's features if absent.",
      }),
    ),
    params: list(Parameter, 'Query parameters handed to the model beside the features.'),
    predictProba: Type.Boolean({ default: false, description: 'Answer class probabilities instead of the label.' }),
    unwrapSample: Type.Boolean({ default: false, description: 'Hand the model bare values; needs one mapping entry.' }),
    allowNonFinite: Type.Boolean({ default: false, description: 'Accept nan and inf as float.' }),
  },
  { additionalProperties: false },
);

const Access = (what: string) =>
  Type.Optional(
    Type.Union([Type.Enum(['required', 'public']), Type.Array(Type.String({ pattern: '^/' }), { minItems: 1 })], {
      description: `Who may ${what}: 'required', 'public', or a list of routes that need no credential. On loopback public, elsewhere required, if absent.`,
    }),
  );
const Scope = Type.Enum(['predict', 'admin']);
const Scopes = Type.Array(Scope, { minItems: 1, description: 'What the holder may do; admin includes predict.' });

const Auth = Options(
  {
    predict: Access('predict and read'),
    admin: Access('train, activate and stop'),
    apiKeys: list(
      Type.Object(
        {
          name: Type.String({ minLength: 1, description: 'Shown in logs instead of the key.' }),
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The digest of the key.' }),
          scopes: Scopes,
        },
        { additionalProperties: false },
      ),
      'API keys, as the SHA-256 of the key in hexadecimal. `modelapp key` makes a pair.',
    ),
    basic: list(
      Type.Object(
        {
          user: Type.String({ minLength: 1, pattern: '^[^:]+$', description: 'The name; it holds no colon.' }),
          scrypt: Type.String({
            pattern: '^scrypt\\$',
            description: '`scrypt$N$r$p$salt$hash`; `modelapp key` makes it.',
          }),
          scopes: Scopes,
        },
        { additionalProperties: false },
      ),
      'Users of HTTP Basic.',
    ),
    oidc: Type.Optional(
      Type.Object(
        {
          issuer: Type.String({ minLength: 1, description: 'Compared with the claim `iss`.' }),
          audience: Type.String({ minLength: 1, description: 'Must be in the claim `aud`.' }),
          jwksUri: Type.String({ pattern: '^https?://', description: 'Where the signing keys are.' }),
          scopeClaim: Type.Optional(
            Type.String({ minLength: 1, description: 'A claim with scopes beside `scope` and `scp`.' }),
          ),
          predictScope: Type.String({ default: 'predict', description: 'The scope that allows predictions.' }),
          adminScope: Type.String({ default: 'admin', description: 'The scope that allows everything.' }),
        },
        { additionalProperties: false, description: 'OpenID Connect bearer tokens.' },
      ),
    ),
  },
  'Who may do what. Defaults follow the address: see docs/configuration.md.',
);

const Log = Options(
  {
    fsyncMs: Milliseconds(
      100,
      'Longest time an answer may stand in the spool before fsync; 0 syncs before each answer.',
    ),
    spoolMaxBytes: Type.Integer({
      minimum: 1024,
      default: 1024 ** 3,
      description: 'At this size of the spool predictions are refused with 503.',
    }),
    duplicateKeys: Type.Integer({
      minimum: 0,
      default: 1_000_000,
      description: 'How many (id, request_time) pairs the check for repeated requests remembers.',
    }),
  },
  'The prediction log.',
);

const Http = Options(
  {
    bodyLimit: Type.Integer({ minimum: 1, default: 8 * 1024 ** 2, description: 'Largest request body, in bytes.' }),
    maxSamples: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 10_000,
      description: 'Most samples of a request.',
    }),
    keepAliveTimeoutMs: Milliseconds(75_000, "Idle time of a connection; above the load balancer's 60 s."),
    headersTimeoutMs: Milliseconds(80_000, 'Time a client may take for the headers; above `keepAliveTimeoutMs`.'),
    requestTimeoutMs: Milliseconds(120_000, 'Time a client may take for a whole request.'),
    drainMs: Milliseconds(15_000, 'How long a stopping instance serves on after it has become unready.'),
    closeMs: Milliseconds(10_000, 'How long a stopping instance waits for open requests.'),
  },
  'The HTTP server.',
);

const Events = Options(
  {
    host: Type.Optional(
      Type.String({ minLength: 1, description: 'Address to listen on; that of the inference service if absent.' }),
    ),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 7070, description: 'Port of the event server.' }),
    batchLimit: Type.Integer({ minimum: 1, maximum: 10_000, default: 50, description: 'Most events of a batch.' }),
    bodyLimit: Type.Integer({ minimum: 1, default: 1024 ** 2, description: 'Largest request body, in bytes.' }),
    commitWaitMs: Type.Integer({
      minimum: 100,
      default: 4_000,
      description: 'How long a request waits for the database; SDKs wait 5 s. In milliseconds.',
    }),
    queueLimit: Type.Integer({
      minimum: 1,
      default: 10_000,
      description: 'Most events of a process that wait to be stored; more are refused with 503.',
    }),
    corsOrigins: list(
      Type.String({ pattern: '^https?://[^/\\s]+$' }),
      'Origins whose pages may call the event server, such as `https://shop.example`.',
    ),
  },
  'The event server.',
);

const Palladium = Options(
  {
    services: Type.Array(PredictService, { default: [{}], description: 'The predict services.' }),
    serviceMetadata: Type.Record(Type.String(), Type.Unknown(), {
      default: {},
      description: 'Merged into the metadata of every answer.',
    }),
    alive: Options(
      { required: Type.Array(Type.String(), { default: ['model'], description: 'Names that must be loaded.' }) },
      'What `/alive` checks.',
    ),
  },
  'The Palladium protocol.',
);

const ModelChoice = (protocol: string) =>
  Options(
    { model: Type.Optional(Type.String({ pattern: modelNamePattern, description: 'The first that fits if absent.' })) },
    `The ${protocol} protocol.`,
  );

const Revisions = Options(
  {
    keep: Type.Integer({
      minimum: 2,
      default: 10,
      description: 'Revisions kept per model; the active one always stays.',
    }),
    leaseMs: Type.Integer({
      minimum: 1_000,
      default: 30_000,
      description: 'How long a training may be silent before its lock frees itself, in milliseconds.',
    }),
  },
  'Revisions and training jobs.',
);

const Aws = Options(
  {
    account: Type.Optional(Type.String({ pattern: '^\\d{12}$', description: 'CDK_DEFAULT_ACCOUNT if absent.' })),
    region: Type.Optional(
      Type.String({ pattern: '^[a-z]{2}(-[a-z]+)+-\\d$', description: 'CDK_DEFAULT_REGION if absent.' }),
    ),
    prefix: Type.String({
      pattern: '^([A-Z][A-Za-z0-9]*-)?$',
      default: '',
      description: 'Put before stack names, for a second deployment in one account: `Staging-`.',
    }),
    certificateArn: Type.Optional(Type.String({ pattern: '^arn:', description: 'ACM certificate; HTTP without one.' })),
    flowLogs: Type.Boolean({ default: false, description: 'VPC flow logs to CloudWatch.' }),
    deletionProtection: Type.Boolean({ default: true, description: 'Of the database.' }),
    multiAz: Type.Boolean({ default: false, description: 'A standby of the database in another zone.' }),
    databaseInstanceType: Type.String({ default: 't4g.small', description: 'Class of the database instance.' }),
    stickinessSeconds: Type.Integer({
      minimum: 0,
      maximum: 604_800,
      default: 3_600,
      description: 'How long a traffic split keeps a client with the version it met first, in seconds; 0 does not.',
    }),
    secrets: Type.Record(
      Type.String({ pattern: '^[A-Z_][A-Z0-9_]*$' }),
      Type.String({ pattern: '^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\\d{12}:secret:.+-[A-Za-z0-9]{6}$' }),
      {
        default: {},
        description: 'Environment variable of the task: ARN of the Secrets Manager secret that fills it.',
      },
    ),
  },
  'The AWS account and what all versions share.',
);

const Capacity = Options(
  {
    instanceType: Type.String({ default: 't3.small', description: 'EC2 instance type.' }),
    minInstances: Type.Integer({ minimum: 1, default: 1, description: 'Instances at least.' }),
    maxInstances: Type.Integer({ minimum: 1, default: 4, description: 'Instances at most.' }),
    minTasks: Type.Integer({ minimum: 1, default: 1, description: 'Tasks at least.' }),
    maxTasks: Type.Integer({ minimum: 1, default: 8, description: 'Tasks at most.' }),
    taskMemoryMiB: Type.Integer({ minimum: 256, default: 512, description: 'Memory limit of a task, in MiB.' }),
    requestsPerTarget: Type.Integer({
      minimum: 1,
      default: 60_000,
      description: 'Requests a minute and task to scale at.',
    }),
    cpuPercent: Type.Integer({
      minimum: 10,
      maximum: 90,
      default: 60,
      description: 'CPU use to scale at, in percent.',
    }),
    maxErrorShare: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'Share of 5xx that raises the alarm.',
    }),
    maxLatencyMs: Type.Integer({
      minimum: 1,
      default: 500,
      description: 'p99 that raises the alarm, in milliseconds.',
    }),
  },
  'Size of a version, and of the event server, in AWS.',
);

/** The whole configuration; the source of its types, its checks and its defaults. */
export const ConfigSchema = Type.Object(
  {
    models: Type.Record(Type.String({ pattern: modelNamePattern }), ModelSchema, {
      description: 'The models, by name.',
    }),
    mlAws: ModelChoice('ml-aws'),
    palladium: Palladium,
    pio: PioSchema,
    invocations: ModelChoice('SageMaker and MLflow'),
    auth: Auth,
    log: Log,
    http: Http,
    events: Events,
    revisions: Revisions,
    aws: Aws,
    capacity: Capacity,
    training: TrainingSchema,
    schedules: list(ScheduleSchema, 'Training jobs that start by themselves, in AWS.'),
  },
  { additionalProperties: false },
);

/** The configuration with all defaults filled in. */
export type Config = Static<typeof ConfigSchema>;
export type { AlsConfig } from './models/algorithms/als';
export type { NaiveConfig, SoftmaxConfig, TextConfig } from './models/algorithms/classifier';
export type { CustomConfig, CustomRowsConfig, CustomUserItemConfig } from './models/algorithms/custom';
export type { OnnxConfig } from './models/algorithms/onnx';
export type { SparseLinearConfig } from './models/algorithms/sparse-linear';
export type { MappingEntry } from './models/mapping';
export type { ModelConfig, UserItemConfig } from './models/model';
export type { PioConfig, PioTemplate } from './pio';
export type PredictServiceConfig = Config['palladium']['services'][number];
export type AuthConfig = Config['auth'];
export type LogConfig = Config['log'];
export type HttpConfig = Config['http'];
export type EventsConfig = Config['events'];

/** The configuration as a user writes it: what has a default may be left out. */
export type ConfigInput = Omit<DeepPartial<Config>, 'models' | 'schedules'> & {
  models: Record<string, ModelInput>;
  schedules?: readonly Schedule[];
};
