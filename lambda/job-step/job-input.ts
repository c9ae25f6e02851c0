import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { jobOptionProperties } from '../../config/training/job-options';
import { mostServers, mostWorkers, serverTasks } from '../../config/training/training-task';
import { JobFailure } from './failure';

const ConfInputSchema = Type.Object(
  {
    /** Address of the configuration, `s3://…`. */
    conf: Type.String({ pattern: '^s3://[^/]+/.+' }),
    servers: Type.Integer({ minimum: 1, maximum: mostServers }),
    workers: Type.Integer({ minimum: 1, maximum: mostWorkers }),
    /** Further servers that repeat each server. */
    replicas: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
    ...jobOptionProperties,
    /** Whether the job goes on from `checkpoint`, which another job left. */
    resume: Type.Optional(Type.Boolean()),
    /** An image that takes the place of ours in all roles. */
    image: Type.Optional(Type.String({ minLength: 1 })),
    /** What that image runs, if not its own command. */
    command: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  },
  { additionalProperties: false },
);

const ModelInputSchema = Type.Object(
  {
    /** Name of a model of `modelapp.config.ts`. */
    model: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,30}$' }),
    /** Whether the new revision is to serve; true if absent. */
    activate: Type.Optional(Type.Boolean()),
    /** Hyperparameters in place of the model's own; ECS takes 8,192 characters of overrides for a task. */
    parameters: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.Number(), Type.String({ maxLength: 100 }), Type.Boolean()]), {
        maxProperties: 30,
      }),
    ),
  },
  { additionalProperties: false },
);

/** A job that trains by a dmlc configuration. */
export type ConfInput = Static<typeof ConfInputSchema>;

/** A job that makes a new revision of a model. */
export type ModelInput = Static<typeof ModelInputSchema>;

/** What an execution is started with: by the command, or by a schedule. */
export type JobInput = ConfInput | ModelInput;

const confValidator = Compile(ConfInputSchema);
const modelValidator = Compile(ModelInputSchema);

/** @throws {JobFailure} `InvalidJob` that names the field */
export function parseJobInput(input: unknown): JobInput {
  if ('model' in Object(input)) {
    refuseOtherFields(input, ModelInputSchema.properties);
    if (modelValidator.Check(input)) return input;
    throw faultOf(modelValidator.Errors(input));
  }
  refuseOtherFields(input, ConfInputSchema.properties);
  if (!confValidator.Check(input)) throw faultOf(confValidator.Errors(input));
  refuseContradictions(input);
  return input;
}

function refuseOtherFields(input: unknown, properties: Readonly<Record<string, TSchema>>): void {
  const fields = Object.keys(properties);
  const other = Object.keys(Object(input)).find((field) => !fields.includes(field));
  if (other) throw invalid(`${other} is none of ${fields.join(', ')}`);
}

function refuseContradictions(input: ConfInput): void {
  if (input.command && !input.image) throw invalid('command goes with an image');
  if (serverTasks({ replicas: 0, ...input }) > mostServers) {
    throw invalid(`servers and their replicas are more than ${mostServers}`);
  }
  const [ours] = ['replicas', 'resume', ...Object.keys(jobOptionProperties)].filter((field) => Object(input)[field]);
  if (input.image && ours) throw invalid(`${ours} does not go with an image`);
  if (input.resume && !input.checkpoint) throw invalid('resume needs the checkpoint of another job');
}

const faultOf = ([fault]: readonly { instancePath: string; message: string }[]): JobFailure =>
  invalid(`${fault?.instancePath.slice(1) || 'it'} ${fault?.message}`);

const invalid = (fault: string): JobFailure => new JobFailure('InvalidJob', `the job's input: ${fault}`);
