import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { mostServers, mostWorkers, serverTasks } from '../../config/training-task';
import { JobFailure } from './failure';

const JobInputSchema = Type.Object(
  {
    /** Address of the configuration, `s3://…`. */
    conf: Type.String({ pattern: '^s3://[^/]+/.+' }),
    servers: Type.Integer({ minimum: 1, maximum: mostServers }),
    workers: Type.Integer({ minimum: 1, maximum: mostWorkers }),
    /** Further servers that repeat each server. */
    replicas: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 })),
    /** An image that takes the place of ours in all roles. */
    image: Type.Optional(Type.String({ minLength: 1 })),
    /** What that image runs, if not its own command. */
    command: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  },
  { additionalProperties: false },
);

/** What an execution is started with: by the command, or by a schedule. */
export type JobInput = Static<typeof JobInputSchema>;

const validator = Compile(JobInputSchema);

/** @throws {JobFailure} `InvalidJob` that names the field */
export function parseJobInput(input: unknown): JobInput {
  const fields = Object.keys(JobInputSchema.properties);
  const other = Object.keys(Object(input)).find((field) => !fields.includes(field));
  if (other) throw new JobFailure('InvalidJob', `the job's input: ${other} is none of ${fields.join(', ')}`);
  if (!validator.Check(input)) {
    const [fault] = validator.Errors(input);
    throw new JobFailure('InvalidJob', `the job's input: ${fault?.instancePath.slice(1) || 'it'} ${fault?.message}`);
  }
  if (input.command && !input.image) throw new JobFailure('InvalidJob', "the job's input: command goes with an image");
  if (serverTasks({ replicas: 0, ...input }) > mostServers) {
    throw new JobFailure('InvalidJob', `the job's input: servers and their replicas are more than ${mostServers}`);
  }
  if (input.image && input.replicas)
    throw new JobFailure('InvalidJob', "the job's input: replicas are of our servers only");
  return input;
}
