import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** The file in a job's output that tells what else is there; a job writes it last. */
export const outputManifest = 'manifest.json';

const OutputManifestSchema = Type.Object({
  files: Type.Array(
    Type.Object({
      /** Below the output, without `..`. */
      name: Type.String({ pattern: '^(?!/)(?!.*(^|/)\\.\\.?(/|$)).+$' }),
      bytes: Type.Integer({ minimum: 0 }),
      /** In hexadecimal. */
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
    { minItems: 1 },
  ),
  /** Scores on the validation data by name, null where they are undefined; absent without such data. */
  evaluation: Type.Optional(Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]))),
});

/** What a training job made: the files of its model, and how well that does. */
export type OutputManifest = Static<typeof OutputManifestSchema>;

const validator = Compile(OutputManifestSchema);

/** @throws {Error} naming the first field that is not as it must be */
export function parseOutputManifest(text: string): OutputManifest {
  const value = parseJson(text);
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw new Error(`${outputManifest}: ${fault?.instancePath || 'it'} ${fault?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${outputManifest}: it is not JSON`);
  }
}
