import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** The file in a job's output that tells what else is there; a job writes it last. */
export const outputManifest = 'manifest.json';

const OutputManifestSchema = Type.Object({
  /** None if the job only scored a model. */
  files: Type.Array(
    Type.Object({
      /** Below the output, without `..`. */
      name: Type.String({ pattern: '^(?!/)(?!.*(^|/)\\.\\.?(/|$)).+$' }),
      bytes: Type.Integer({ minimum: 0 }),
      /** In hexadecimal. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
  /** Scores on the validation data by name, null where they are undefined; absent without such data. */
  evaluation: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]))),
});

/** What a training job made: the files of its model, and how well that does. */
export type OutputManifest = Static<typeof OutputManifestSchema>;

/** The file in the output of a job that trained a model of `modelapp.config.ts`; the model itself is a revision. */
export const outputRevision = 'revision.json';

const OutputRevisionSchema = Type.Object({
  /** Name of the model. */
  model: Type.String(),
  /** Its number; null if it was not kept. */
  revision: Type.Union([Type.Integer(), Type.Null()]),
  /** Whether it serves now. */
  activated: Type.Boolean(),
  /** Why it was not kept. */
  reason: Type.Union([Type.String(), Type.Null()]),
  /** Scores by what they were measured on, null where they are undefined. */
  scores: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()])),
});

/** What the training of a model made. */
export type OutputRevision = Static<typeof OutputRevisionSchema>;

const manifestValidator = Compile(OutputManifestSchema);
const revisionValidator = Compile(OutputRevisionSchema);

/** @throws {Error} naming the first field that is not as it must be */
export function parseOutputManifest(text: string): OutputManifest {
  const value = parseJson(outputManifest, text);
  if (!manifestValidator.Check(value)) throw faultOf(outputManifest, manifestValidator.Errors(value));
  if (value.files.length > 0 || value.evaluation) return value;
  throw new Error(`${outputManifest}: it has neither files nor an evaluation`);
}

/** @throws {Error} naming the first field that is not as it must be */
export function parseOutputRevision(text: string): OutputRevision {
  const value = parseJson(outputRevision, text);
  if (revisionValidator.Check(value)) return value;
  throw faultOf(outputRevision, revisionValidator.Errors(value));
}

const faultOf = (file: string, [fault]: readonly { instancePath: string; message: string }[]): Error =>
  new Error(`${file}: ${fault?.instancePath || 'it'} ${fault?.message}`);

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file}: it is not JSON`);
  }
}
