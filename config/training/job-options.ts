import Type, { type Static } from 'typebox';

/** How a job of our own engine learns, and how it saves what it learned, in the words of `modelapp train`. */
export const jobOptionProperties = {
  seed: Type.Optional(Type.Integer({ minimum: 0, description: 'Seed of every random draw; 1 if absent.' })),
  maxBadLines: Type.Optional(
    Type.String({
      pattern: '^(\\d+|(100|\\d{1,2}(\\.\\d+)?)%)$',
      description: 'Bad lines that are borne: a number, or a share of all lines; `1%` if absent.',
    }),
  ),
  syncExamples: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Examples between two syncs of a worker at most.' }),
  ),
  checkpoint: Type.Optional(
    Type.String({
      pattern: '^s3://[^/]+/.+',
      description: 'Where the job is saved, below `jobs/` of the artifacts bucket; beside its output if absent.',
    }),
  ),
  checkpointEvery: Type.Optional(
    Type.Integer({ minimum: 1, description: 'How often the job is saved, in seconds; 60 if absent.' }),
  ),
};

const JobOptionsSchema = Type.Object(jobOptionProperties);

export type JobOptions = Static<typeof JobOptionsSchema>;

/** The options that are there, as the command line has them: `seed` as `--seed`. */
export const optionArguments = (options: JobOptions): string[] =>
  Object.keys(jobOptionProperties).flatMap((name) => {
    const value = options[name as keyof JobOptions];
    return value === undefined
      ? []
      : [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, String(value)];
  });
