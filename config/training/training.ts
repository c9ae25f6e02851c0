import Type, { type Static } from 'typebox';
import { jobOptionProperties } from './job-options';
import { mostServers, mostWorkers } from './training-task';

export const TrainingSchema = Type.Object(
  {
    minVcpus: Type.Integer({
      minimum: 2,
      default: 2,
      description: 'vCPUs of a machine at least: one of fewer has no network interface for each of its tasks.',
    }),
    maxVcpus: Type.Integer({ minimum: 2, default: 8, description: 'vCPUs of a machine at most.' }),
    minMemoryGiB: Type.Integer({
      minimum: 4,
      default: 8,
      description: 'Memory of a machine at least, in GiB; half of it is for the parameters on a server.',
    }),
    maxMemoryGiB: Type.Integer({ minimum: 4, default: 32, description: 'Memory of a machine at most, in GiB.' }),
    maxPrice: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: "What a Spot machine may cost an hour, in US dollars; AWS's own limit if absent.",
      }),
    ),
    capacityWaitMinutes: Type.Integer({
      minimum: 1,
      maximum: 15,
      default: 10,
      description: 'How long machines and tasks may take to come, in minutes.',
    }),
    maxJobHours: Type.Integer({
      minimum: 1,
      maximum: 20,
      default: 6,
      description: 'How long a job may take, in hours.',
    }),
    dataBuckets: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' }), {
      default: [],
      description: 'Buckets of the same region that jobs may read; `data/` of the artifacts bucket they always may.',
    }),
    serverImage: Type.String({
      pattern: '^\\S+@sha256:[0-9a-f]{64}$',
      // valkey/valkey:9.1.2-alpine
      default: 'valkey/valkey@sha256:48332870af354a799964c0012ae1194a0bf2bf894eb508f945810596dc2d8d11',
      description: 'Image of the parameter servers, pinned by its digest; Valkey, or another that has `valkey-server`.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'What training jobs in AWS run on.' },
);

export const ScheduleSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]{0,30}$', description: 'Tells one schedule from another.' }),
    schedule: Type.String({
      pattern: '^(rate|cron)\\(.+\\)$',
      description: "When, as EventBridge writes it: `'rate(1 day)'`, or `'cron(0 3 * * ? *)'` in UTC.",
    }),
    model: Type.Optional(
      Type.String({ description: 'The model that gets a new revision, in the version that deployed training.' }),
    ),
    activate: Type.Optional(
      Type.Boolean({ description: 'Of a model: whether the new revision is to serve; `true` if absent.' }),
    ),
    conf: Type.Optional(
      Type.String({
        pattern: '^s3://[^/]+/.+',
        description: 'In place of a model: address of a dmlc configuration, which jobs may read.',
      }),
    ),
    servers: Type.Optional(
      Type.Integer({ minimum: 1, maximum: mostServers, description: 'Parameter servers; 1 if absent.' }),
    ),
    replicas: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2, description: 'Replicas of each server; 0 if absent.' }),
    ),
    workers: Type.Optional(Type.Integer({ minimum: 1, maximum: mostWorkers, description: 'Workers; 1 if absent.' })),
    ...jobOptionProperties,
  },
  { additionalProperties: false, default: {} },
);

export type TrainingConfig = Static<typeof TrainingSchema>;

/** A job that starts by itself. */
export type Schedule = Static<typeof ScheduleSchema>;

/** What does not go together in the section `training`, a line each. */
export function trainingFaults({ minVcpus, maxVcpus, minMemoryGiB, maxMemoryGiB }: TrainingConfig): string[] {
  const faults: string[] = [];
  if (maxVcpus < minVcpus) faults.push(`training.maxVcpus: must be at least training.minVcpus (${minVcpus})`);
  if (maxMemoryGiB < minMemoryGiB)
    faults.push(`training.maxMemoryGiB: must be at least training.minMemoryGiB (${minMemoryGiB})`);
  return faults;
}

/** What does not go together in the section `schedules`, a line each. */
export function scheduleFaults(schedules: readonly Schedule[], models: readonly string[]): string[] {
  return schedules.flatMap((schedule, index) => {
    const { name, model, conf, servers = 1, replicas = 0 } = schedule;
    const path = `schedules[${index}]`;
    const taken = schedules.findIndex((other) => other.name === name) < index;
    const mostReplicas = Math.floor(mostServers / servers) - 1;
    return [
      ...(taken ? [`${path}.name: '${name}' is the name of another schedule`] : []),
      ...((model === undefined) === (conf === undefined) ? [`${path}: name either a model or a conf`] : []),
      ...(model !== undefined && !models.includes(model)
        ? [`${path}.model: '${model}' is none of the models ${models.join(', ')}`]
        : []),
      ...strangeFields(schedule).map((field) => `${path}.${field}: goes with ${model ? 'a conf' : 'a model'} only`),
      ...(replicas > mostReplicas ? [`${path}.replicas: must be at most ${mostReplicas} with ${servers} servers`] : []),
    ];
  });
}

/** What every schedule may have, and what that of a model may have beside it. */
const [ofAll, ofModel] = [
  ['name', 'schedule', 'conf'],
  ['model', 'activate'],
];

/** Fields of the other kind of schedule. */
const strangeFields = ({ model, ...schedule }: Schedule): string[] =>
  Object.entries(schedule).flatMap(([field, value]) => {
    const isOfModel = ofModel.includes(field);
    return value === undefined || ofAll.includes(field) || isOfModel === (model !== undefined) ? [] : [field];
  });
